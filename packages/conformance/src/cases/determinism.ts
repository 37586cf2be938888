/**
 * Layer 7: determinism (§11.1): every member gives the same bits again, whatever ran in between and wherever its operands
 * lie, and on another instance.
 */
import type { CompleteBackend, TypedArray } from "@corr2d/core";
import type { Case } from "../case.ts";
import { expectBits } from "../compare.ts";
import { createRandom } from "../random.ts";
import { nameOf, perSample, readResults, runOn, samplesOf } from "./samples/index.ts";

const OTHERS = samplesOf("float32");

/** Something else, which leaves memory of other sizes free, and some of it taken. */
function otherWork(backend: CompleteBackend, round: number): void {
  const random = createRandom(round);
  for (let i = 0; i < 3; i++) {
    const sample = OTHERS[(7 * round + 5 * i) % OTHERS.length]!;
    for (const result of runOn(sample, backend, sample.draw(random))) if (i > 0) backend.free(result);
  }
  backend.upload(new Float32Array(round)); // moves what comes after
}

export const cases: readonly Case[] = perSample((sample) => ({
  id: `determinism/${nameOf(sample)}`,
  clause: "§11.1",
  async run({ backend, sibling, random, validated }) {
    const data = sample.draw(random);
    const once = (instance: CompleteBackend): Promise<TypedArray[]> =>
      readResults(sample, instance, runOn(sample, instance, data));
    const first = await once(backend);
    const expectSame = async (what: string, instance: CompleteBackend): Promise<void> => {
      for (const [i, bits] of (await once(instance)).entries()) {
        expectBits(`${sample.name}, ${what}: result ${i}`, bits, first[i]!);
      }
    };
    for (const round of validated ? [1] : [1, 2, 3]) {
      await expectSame("again", backend);
      otherWork(backend, round);
      await expectSame("after other work", backend);
    }
    await expectSame("on another instance", await sibling());
  },
}));
