/**
 * The page of an AudioWorklet, to which it gives the kernels, compiled: sends what came of the training there to the server
 * that the page is from.
 */
import kernels from "@corr2d/cpu-wasm/kernels.wasm?url";

const audio = new OfflineAudioContext(1, 128, 44100);
await audio.audioWorklet.addModule("./worklet.js");
const module = await WebAssembly.compileStreaming(fetch(kernels));
const node = new AudioWorkletNode(audio, "train", { processorOptions: { module } });
const result = await new Promise((resolve) => {
  node.port.onmessage = ({ data }) => resolve(data);
  node.onprocessorerror = () => resolve({ error: "the processor failed" });
});
node.disconnect();
await fetch("/outcome", { method: "POST", body: JSON.stringify(result) });
