import { connect } from "@corr2d/worker";
import type { Training } from "./train-worker.ts";

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const status = element("status");
const pause = element<HTMLButtonElement>("pause");
const rate = element<HTMLInputElement>("lr");

const worker = new Worker(new URL("./train-worker.ts", import.meta.url), { type: "module" });
const training = connect<Training>(worker);
const run = training.start({ steps: 200, lr: Number(rate.value) });

pause.onclick = async () => {
  if (pause.textContent === "Pause") {
    await run.pause();
    pause.textContent = "Go on";
  } else {
    run.resume();
    pause.textContent = "Pause";
  }
};
element("stop").onclick = () => run.cancel();
rate.onchange = () => run.send({ lr: Number(rate.value) });

try {
  for await (const { step, loss } of run) {
    element<HTMLProgressElement>("progress").value = step;
    status.textContent = `step ${step}, loss ${loss.toFixed(3)}`;
  }
  const { accuracy, kernels } = await run.result;
  status.textContent = `right in ${(100 * accuracy).toFixed(1)} % of new digits; ${kernels.length} numbers in the first kernels`;
} catch (error) {
  const stopped = error instanceof DOMException && error.name === "AbortError";
  status.textContent = stopped ? "stopped" : String(error);
} finally {
  training.close();
}
