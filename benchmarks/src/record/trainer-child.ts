/** One of our backends, trained an epoch at a time: each line on standard input asks for one. Answers a line of JSON to each. */
import { createInterface } from "node:readline";
import { setBackend } from "@corr2d/core";
import { DataLoader } from "@corr2d/data";
import { findData } from "@corr2d/demo/find-data";
import { Training, type TrainSettings } from "@corr2d/demo/training";
import { openBackend } from "../peers/corr2d-backend.ts";

const [settingsText, backendName, threads, data] = process.argv.slice(2) as [string, string, string, string];
const settings = JSON.parse(settingsText) as TrainSettings;
const { backend } = await openBackend(backendName, Number(threads));
setBackend(backend);

const place = { cwd: process.cwd(), err: () => {} };
const found = await findData({ data, install: false, seed: settings.seed }, place);

const answer = (value: object): void => {
  process.stdout.write(`${JSON.stringify(value)}\n`);
};

/** What making the batches of an epoch takes, without training. */
function secondsOfLoading(): number {
  const start = performance.now();
  for (const _ of new DataLoader(found.train, { batchSize: settings.batch, shuffle: true }));
  return (performance.now() - start) / 1000;
}
secondsOfLoading(); // V8 compiles it
answer({ name: backend.name, loading: secondsOfLoading() });

const events = new Training(settings, found.train, found.test).run();
for await (const _ of createInterface({ input: process.stdin })) {
  for (;;) {
    const { value } = await events.next();
    if (value === undefined) throw new Error(`there is no epoch after ${settings.epochs}`);
    if (!("testAccuracy" in value)) continue;
    answer({ seconds: value.seconds, testAccuracy: value.testAccuracy });
    break;
  }
}
await backend.close?.();
