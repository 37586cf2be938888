import { corr2d, manualSeed, noGrad, scope, setBackend, type Tensor, tensor } from "@corr2d/core";
import { cpuWasm } from "@corr2d/cpu-wasm";
import { imageToTensor, tensorToImage } from "@corr2d/data";
import { checkpointToBlob, loadCheckpoint } from "@corr2d/io";
import { Adam, Conv2D, mseLoss } from "@corr2d/nn";

setBackend(await cpuWasm());
manualSeed(0);

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const status = element("status");
const MOST_SIDE = 160;

/** A picture as a tensor [1, 1, height, width] from 0 to 1, no larger than it has to be. */
async function read(file: Blob): Promise<Tensor> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, MOST_SIDE / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.ceil(side * scale)) as [
    number,
    number,
  ];
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "white"; // shows where the picture is transparent
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return imageToTensor(context.getImageData(0, 0, width, height), { channels: 1 }).unsqueeze(0);
}

/** A tensor [1, 1, height, width] on the canvas: 0 is grey, −1 black, 1 white. */
async function show(y: Tensor): Promise<void> {
  const image = await tensorToImage(y.squeeze(0).add(1).div(2));
  const canvas = element<HTMLCanvasElement>("result");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d")!.putImageData(image as ImageData, 0, 0);
}

const net = new Conv2D(1, 1, 3, { bias: false });
const edges = tensor([1, 0, -1, 2, 0, -2, 1, 0, -1], { shape: [1, 1, 3, 3] }).div(4);
let picture: Tensor | undefined;
let stopped = false;

const pause = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Finds the kernel that made `corr2d(x, edges)` of x. */
async function learn(x: Tensor): Promise<void> {
  const target = corr2d(x, edges);
  const optimizer = new Adam(net.parameters(), { lr: 0.02 });
  stopped = false;
  let since = performance.now();
  for (let step = 1; step <= 400 && !stopped; step++) {
    const loss = scope(() => {
      optimizer.zeroGrad();
      const value = mseLoss(net(x), target);
      value.backward();
      optimizer.step();
      return value;
    });
    if (performance.now() - since > 10 || step === 400) {
      status.textContent = `step ${step}, loss ${(await loss.item()).toExponential(1)}`;
      await pause(); // the page paints and hears clicks
      since = performance.now();
    }
    loss.dispose();
  }
  await show(noGrad(() => net(x)));
  const weights = [...(await net.weight.data())].map((weight) => weight.toFixed(2));
  status.textContent = `${stopped ? "stopped at" : "learnt"} ${weights.join(" ")}`;
}

element<HTMLInputElement>("picture").onchange = async ({ currentTarget }) => {
  const [file] = (currentTarget as HTMLInputElement).files!;
  picture = await read(file!);
  await show(corr2d(picture, edges));
  status.textContent = `${picture.shape[3]} × ${picture.shape[2]} pixels`;
};
element("learn").onclick = () => picture && learn(picture);
element("stop").onclick = () => {
  stopped = true;
};

element("save").onclick = async () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await checkpointToBlob({ model: net.stateDict() }));
  link.download = "kernel.safetensors";
  link.click();
  URL.revokeObjectURL(link.href);
};

element<HTMLInputElement>("kernel").onchange = async ({ currentTarget }) => {
  const [file] = (currentTarget as HTMLInputElement).files!;
  const { model } = await loadCheckpoint(file!);
  net.loadStateDict(model);
  status.textContent = `loaded ${[...(await net.weight.data())].map((weight) => weight.toFixed(2)).join(" ")}`;
  if (picture) await show(noGrad(() => net(picture!)));
};
