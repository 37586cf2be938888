/** The suite. One instance serves a group, a second one its comparisons; only cases on instances themselves make more. */
import { cases } from "@corr2d/conformance";
import { conformance } from "@corr2d/conformance/vitest";
import { afterAll, expect } from "vitest";
import { cpuJs } from "../src/index.ts";

const groups = new Set(cases.map(({ id }) => id.split("/")[0]));
const MADE_BY_CASES = 10; // twice: two instances compared, three closed
let made = 0;

afterAll(() => {
  expect(made).toBeLessThanOrEqual(2 * groups.size + MADE_BY_CASES);
});

conformance(
  () => {
    made++;
    return cpuJs();
  },
  { strict: true },
);
