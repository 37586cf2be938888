/** Files in a page: what browser.test.ts calls. */
import { full, setBackend, type Tensor, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import {
  checkpointToBlob,
  loadCheckpoint,
  openSafetensors,
  readSafetensors,
  saveCheckpoint,
  saveSafetensors,
} from "../../src/index.ts";

setBackend(cpuJs());

const fileOf = async (name: string): Promise<FileSystemFileHandle> =>
  (await navigator.storage.getDirectory()).getFileHandle(name, { create: true });

const numbersOf = async (tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, number[]>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(tensors).map(async ([name, x]) => [name, [...(await x.data())]])),
  );

const page = {
  /** Saves to the origin's private files and loads again. */
  async roundTrip() {
    const handle = await fileOf("run.safetensors");
    await saveCheckpoint(handle, {
      model: { w: tensor([1, -0, Number.NaN]) },
      words: Uint32Array.of(1, 2 ** 32 - 1),
      at: 2n ** 70n,
    });
    const saved = await loadCheckpoint(handle, { strict: true });
    return { w: [...(await saved.model.w.data())], words: [...saved.words], at: String(saved.at) };
  },
  /** A checkpoint as a Blob, and the file of a download. */
  async blob() {
    const blob = await checkpointToBlob({ x: tensor([3]), epoch: 7 });
    const url = URL.createObjectURL(blob);
    const saved = await loadCheckpoint(await fetch(url));
    const { names } = await openSafetensors(new File([blob], "run.safetensors"));
    return { type: blob.type, x: await saved.x.toArray(), epoch: saved.epoch, names };
  },
  /** Reads what a server gives, as it comes; all or some. */
  async fetched(url: string, names: string[] | undefined) {
    return numbersOf(await readSafetensors(await fetch(url), { names }));
  },
  /** What a server has not. */
  async missing() {
    try {
      return await readSafetensors(await fetch("nothing.safetensors"));
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return { code, message };
    }
  },
  /** Saves a number. */
  async save(value: number) {
    await saveSafetensors(await fileOf("number.safetensors"), { x: full([100_000], value) });
  },
  /** Saves a number, and stops where all is written but for the last step. */
  async saveAlmost(value: number) {
    const handle = await fileOf("number.safetensors");
    await new Promise<void>((written) => {
      const stopping = {
        name: handle.name,
        getFile: () => handle.getFile(),
        async createWritable() {
          const writable = await handle.createWritable();
          return {
            write: (data: never) => writable.write(data),
            abort: () => writable.abort(),
            close: () => new Promise<void>(() => written()),
          };
        },
      };
      void saveSafetensors(stopping, { x: full([100_000], value) });
    });
  },
  /** The numbers in that file. */
  async saved() {
    const { x } = await readSafetensors(await fileOf("number.safetensors"));
    return [...new Set(await x!.data())];
  },
};

declare global {
  interface Window {
    files: typeof page;
  }
}
window.files = page;
