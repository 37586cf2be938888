/**
 * node first-result.js NAME: the shortest way of one library from an empty process to the result of one correlation,
 * as its user writes it. Prints "ready" when the result is there; `cold-start.ts` holds the watch.
 */
const image: Float32Array = Float32Array.from({ length: 28 * 28 }, (_, i) => (i % 17) / 17);
const kernel: Float32Array = Float32Array.from({ length: 6 * 5 * 5 }, (_, i) => (i % 5) / 5);

async function corr2dOn(backendPackage: "@corr2d/cpu-js" | "@corr2d/cpu-wasm"): Promise<void> {
  const { corr2d, setBackend, tensor } = await import("@corr2d/core");
  const { default: factory } = await import(backendPackage);
  setBackend(await factory());
  const x = tensor(image, { shape: [1, 1, 28, 28] });
  const k = tensor(kernel, { shape: [6, 1, 5, 5] });
  await corr2d(x, k, { padding: 2 }).data();
}

async function tfjsOn(backend: "cpu" | "wasm"): Promise<void> {
  const tf = (await import("@tensorflow/tfjs-core")).default;
  if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  else {
    const { createRequire } = await import("node:module");
    const { dirname, sep } = await import("node:path");
    const wasm = (await import("@tensorflow/tfjs-backend-wasm")).default;
    const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
    wasm.setWasmPaths(dirname(entry) + sep);
  }
  await tf.setBackend(backend);
  const x = tf.tensor4d(image, [1, 28, 28, 1]);
  const k = tf.tensor4d(kernel, [5, 5, 1, 6]);
  await tf.conv2d(x, k, 1, "same").data();
}

async function ortOn(packageName: "onnxruntime-web" | "onnxruntime-node"): Promise<void> {
  const { encodeModel } = await import("../peers/onnx-model.ts");
  const ort = (await import(packageName)) as typeof import("onnxruntime-web");
  if (packageName === "onnxruntime-web") ort.env.wasm.numThreads = 1;
  const model = encodeModel({
    inputs: [{ name: "x", shape: [1, 1, 28, 28] }],
    constants: [{ name: "k", shape: [6, 1, 5, 5], data: kernel }],
    outputs: [{ name: "y", shape: [1, 6, 28, 28] }],
    nodes: [{ op: "Conv", inputs: ["x", "k"], outputs: ["y"], attributes: { pads: [2, 2, 2, 2] } }],
  });
  const session = await ort.InferenceSession.create(model);
  await session.run({ x: new ort.Tensor("float32", image, [1, 1, 28, 28]) });
}

async function jaxJs(): Promise<void> {
  const { defaultDevice, init, lax, numpy } = await import("@jax-js/jax");
  await init("wasm");
  defaultDevice("wasm");
  const x = numpy.array(image).reshape([1, 1, 28, 28]);
  const k = numpy.array(kernel).reshape([6, 1, 5, 5]);
  await lax
    .conv(
      x,
      k,
      [1, 1],
      [
        [2, 2],
        [2, 2],
      ],
    )
    .data();
}

const FIRST_RESULTS: Readonly<Record<string, () => Promise<void>>> = {
  node: async () => {},
  "cpu-js": () => corr2dOn("@corr2d/cpu-js"),
  "cpu-wasm": () => corr2dOn("@corr2d/cpu-wasm"),
  "tfjs-cpu": () => tfjsOn("cpu"),
  "tfjs-wasm": () => tfjsOn("wasm"),
  "ort-web": () => ortOn("onnxruntime-web"),
  "ort-node": () => ortOn("onnxruntime-node"),
  "jax-js": jaxJs,
};

await FIRST_RESULTS[process.argv[2] ?? "node"]!();
process.stdout.write("ready\n", () => process.exit(0));
