/** All peers that are not this project. */
import { jaxJs } from "./jax-js.ts";
import { loops } from "./loops.ts";
import { ortNode, ortWeb } from "./onnxruntime.ts";
import type { Peer } from "./peer.ts";
import { pytorch } from "./pytorch.ts";
import { tfjsCpu, tfjsWasm } from "./tfjs.ts";

export const PEERS: readonly Peer[] = [tfjsCpu, tfjsWasm, ortWeb, ortNode, jaxJs, loops, pytorch];
