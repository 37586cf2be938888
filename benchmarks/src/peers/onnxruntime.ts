/**
 * ONNX Runtime: onnxruntime-web (WebAssembly) and onnxruntime-node (native). A call is `session.run` with tensors
 * made beforehand, awaited, because there is no other way to run a session.
 */
import type { InferenceSession, OnnxValue, Tensor } from "onnxruntime-web";
import type { Inputs } from "../workloads/inputs.ts";
import type { Task } from "../workloads/workload.ts";
import { installedVersion } from "./installed-version.ts";
import { onnxGraph } from "./onnx-graphs.ts";
import { encodeModel } from "./onnx-model.ts";
import { type Candidate, type Cannot, cannot, type Peer } from "./peer.ts";

/** What the two packages share. */
interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => Tensor;
}

async function prepare(
  ort: Runtime,
  options: InferenceSession.SessionOptions,
  task: Task,
  inputs: Inputs,
): Promise<Candidate | Cannot> {
  const graph = onnxGraph(task, inputs);
  if ("cannot" in graph) return graph;
  const session = await ort.InferenceSession.create(encodeModel(graph), options);
  const feeds: Record<string, OnnxValue> = {};
  for (const [index, { name, shape }] of graph.inputs.entries()) {
    feeds[name] = new ort.Tensor("float32", inputs[index] as Float32Array, shape);
  }
  return {
    check: async () => [(await session.run(feeds)).out!.data as Float32Array],
    run: async () => void (await session.run(feeds)),
    dispose: () => session.release(),
  };
}

export const ortWeb: Peer = {
  name: "ort-web",
  description: "onnxruntime-web, WebAssembly",
  async open(threads) {
    try {
      const hadWorker = "Worker" in globalThis;
      const ort = await import("onnxruntime-web");
      ort.env.wasm.numThreads = threads;
      ort.env.logLevel = "error";
      const options = { executionProviders: ["wasm"] };
      return {
        version: installedVersion("onnxruntime-web"),
        threads,
        async prepare(task, inputs) {
          const candidate = await prepare(ort, options, task, inputs);
          // Its loader makes Node's workers a global, from which other peers would conclude that this is a browser.
          if (!hadWorker) Reflect.deleteProperty(globalThis, "Worker");
          return candidate;
        },
      };
    } catch (error) {
      return cannot(error);
    }
  },
};

export const ortNode: Peer = {
  name: "ort-node",
  description: "onnxruntime-node, native code",
  async open(threads) {
    try {
      // Optional: its package has no binaries for some platforms.
      const ort = (await import("onnxruntime-node")) as Runtime;
      const options: InferenceSession.SessionOptions = {
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
      };
      return {
        version: installedVersion("onnxruntime-node"),
        threads,
        prepare: (task, inputs) => prepare(ort, options, task, inputs),
      };
    } catch (error) {
      return cannot(error);
    }
  },
};
