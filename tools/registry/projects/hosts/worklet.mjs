/**
 * In an AudioWorklet, which has neither atob, streams, TextDecoder, performance, timers nor URL: trains with the kernels that it
 * is given.
 */
import { trainBoth } from "../dist/both.js";

registerProcessor(
  "train",
  class extends AudioWorkletProcessor {
    constructor({ processorOptions: { module } }) {
      super();
      const send = (result) => this.port.postMessage(result);
      trainBoth({ threads: 2, module }).then(send, (error) => send({ error: String(error?.stack ?? error) }));
    }
    process() {
      return true;
    }
  },
);
