/**
 * Every kernel of the backend; what is exported here is what the WebAssembly module exports.
 *
 * A kernel that works on chunks is `(args: usize, begin: i32, end: i32): void`: `args` points to its block of i32
 * slots (floats bit-cast), and it does the chunks [begin, end) of a grid that depends on geometry and build alone,
 * never on the number of threads. Any other signature is called directly, on the main thread only.
 */
export * from "./elementwise";
export * from "./strided";
export * from "./softmax";
export * from "./reduce";
export * from "./pool";
export * from "./gather";
export * from "./conv-direct";
export * from "./conv-dot";
export * from "./conv-pad";
export * from "./gemm";
export * from "./gemm-pack";
// The inner functions too: an exported function is not inlined, and a small one that is called often tiers up.
export * from "./gemm-store";
export * from "./gemm-tile";
export * from "./conv-positions";
export * from "./conv-row-pair";
export * from "./conv-rows";
export * from "./winograd";
export * from "./winograd2";
export * from "./winograd4";
export * from "./conv-images";
export * from "./depthwise";
export * from "./conv-phases";
export * from "./gemm-few";
