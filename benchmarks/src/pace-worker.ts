/** A thread that does the fixed work of `pace-work.ts` whenever it is asked, and answers with the seconds it took. */
import { parentPort } from "node:worker_threads";
import { createWork } from "./pace-work.ts";

const work = createWork();
parentPort!.on("message", () => parentPort!.postMessage(work()));
