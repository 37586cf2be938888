/** Layer 1: what `stats` counts (§2.9): every operand and every result, with at least its bytes, and nothing else. */
import { bytesOf, type DType, sizeOf } from "@corr2d/core";
import { type Case, requiring } from "../case.ts";
import { check } from "../compare.ts";
import { settledStats } from "../settled-stats.ts";
import { nameOf, perSample, readResults } from "./samples/index.ts";
import type { Kind } from "./samples/sample.ts";
import { arrayFrom, DTYPES } from "./support.ts";

const bytes = (kinds: readonly Kind[]): number =>
  kinds.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesOf(dtype), 0);

const results = perSample((sample) => ({
  id: `stats/${nameOf(sample)}`,
  clause: "§2.9",
  requires: ["stats"],
  async run({ backend, random }) {
    const before = (await settledStats(backend))!;
    const operands = sample.draw(random).map((data) => backend.upload(data));
    const handles = sample.run(backend, operands);
    await readResults(sample, backend, handles);
    const during = (await settledStats(backend))!;
    const more = during.liveHandles - before.liveHandles;
    const count = operands.length + handles.length;
    check(more === count, `${operands.length} operands and ${handles.length} results are counted as ${more}`);
    const held = during.liveBytes - before.liveBytes;
    const least = bytes([...sample.operands, ...sample.results]);
    check(held >= least, `operands and results of ${least} bytes are counted as ${held}`);
    for (const handle of [...operands, ...handles]) backend.free(handle);
    const after = (await settledStats(backend))!;
    check(
      after.liveHandles === before.liveHandles && after.liveBytes === before.liveBytes,
      `${after.liveHandles - before.liveHandles} handles and ${after.liveBytes - before.liveBytes} bytes stayed after free`,
    );
  },
}));

/** Uploads count, the empty one as well. */
const uploads = (dtype: DType): Case => ({
  id: `stats/uploads/${dtype}`,
  clause: "§2.9",
  requires: ["stats", ...(requiring(dtype).requires ?? [])],
  async run({ backend }) {
    for (const size of [0, 1, 1000, 70_001]) {
      const before = (await settledStats(backend))!;
      const handle = backend.upload(arrayFrom(dtype, new Float64Array(size)));
      const during = (await settledStats(backend))!;
      check(
        during.liveHandles - before.liveHandles === 1,
        `one upload is counted as ${during.liveHandles - before.liveHandles} handles`,
      );
      const [held, least] = [during.liveBytes - before.liveBytes, size * bytesOf(dtype)];
      check(held >= least, `an upload of ${least} bytes is counted as ${held}`);
      backend.free(handle);
    }
  },
});

export const cases: readonly Case[] = [...DTYPES.map(uploads), ...results];
