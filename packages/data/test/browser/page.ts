/** What the browser's test calls. */
import { Corr2dError, manualSeed, setBackend, type Tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { DataLoader, imageDataset, readIdx, tensorToImage } from "@corr2d/data";

interface Batch {
  readonly index: Tensor;
  readonly noise: Tensor;
}

const data = {
  /** The indices and numbers of two epochs, from workers. */
  async epochs(seed: number): Promise<number[][][]> {
    manualSeed(seed);
    const loader = loaderOf("numbers");
    const epochs: number[][][] = [];
    for (let epoch = 0; epoch < 2; epoch++) {
      const samples: number[][] = [];
      for await (const { index, noise } of loader) {
        const numbers = await noise.data();
        samples.push(...Array.from(await index.data(), (i, k) => [i, numbers[k]!]));
      }
      epochs.push(samples);
    }
    return epochs;
  },

  /** How a loop over what such a worker serves ends. */
  async failure(kind: string): Promise<string> {
    try {
      for await (const _ of loaderOf(kind));
      return "it did not fail";
    } catch (error) {
      return Corr2dError.isInstance(error) ? `${error.code}: ${error.message}` : String(error);
    }
  },

  /** A gzipped file from the server, as a batch; and its first image as the page's own. */
  async files(): Promise<unknown> {
    const progress: unknown[] = [];
    const images = await readIdx(await fetch("images.gz"), { onProgress: (each) => progress.push(each) });
    const classes = await readIdx(await fetch("classes"));
    const dataset = imageDataset(images, classes);
    const [[x, y] = []] = new DataLoader(dataset, { batchSize: 2 });
    const image = await tensorToImage(dataset.at(0)[0]);
    const missing = await readIdx(await fetch("absent")).catch((error: Error) => error.message);
    return {
      shape: x!.shape,
      classes: await y!.toArray(),
      last: progress.at(-1),
      isImageData: image instanceof ImageData,
      pixel: [...image.data.slice(4, 8)],
      missing,
    };
  },
};

function loaderOf(kind: string): DataLoader<unknown, Batch> {
  return new DataLoader<unknown, Batch>(
    { length: 14 },
    {
      batchSize: 3,
      shuffle: true,
      numWorkers: 2,
      worker: () =>
        new Worker(new URL("./loader-worker.ts", import.meta.url), { type: "module", name: kind }),
    },
  );
}

setBackend(cpuJs());

declare global {
  interface Window {
    corr2dData: typeof data;
  }
}
window.corr2dData = data;
