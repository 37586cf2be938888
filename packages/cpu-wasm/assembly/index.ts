/**
 * Every kernel of the backend, and the drivers that lay out the larger operations.
 *
 * A kernel that works on chunks is `(args: usize, begin: i32, end: i32): void`: `args` points to its block of i32
 * slots (floats bit-cast), and it does the chunks [begin, end) of a grid that depends on geometry and build alone,
 * never on the number of threads. Any other signature is called directly, on the main thread only.
 *
 * What JavaScript calls, scripts/build-wasm.mjs lists; the rest is exported here only because an exported function is not
 * inlined, and a small one that is called often tiers up.
 */
export * from "./elementwise";
export * from "./strided";
export * from "./softmax";
export * from "./reduce";
export * from "./pool";
export * from "./gather";
export { convDirect, convDirectInput, convDirectKernel, allFinite } from "./conv-direct";
export { dot2x4, dot1x5, convDot, dotFinish } from "./conv-dot";
export { padPlane, padPlanes, stageRow, splitPlanes } from "./conv-pad";
export { gemm } from "./gemm";
export { fillTable, packPanels } from "./gemm-pack";
export { storeTile } from "./gemm-store";
export { tile2x16, tile2x16Out, tile4x8 } from "./gemm-tile";
export { setTapRuns, pair16, pair12, pair8, single16, single12, single8, positions } from "./conv-positions";
export { rowPair16 } from "./conv-row-pair";
export { packTaps, convRows } from "./conv-rows";
export { setThread, winogradKernel, winogradInput, winogradTasks } from "./winograd";
export { inputTiles2, kernelTiles2, outputTiles2 } from "./winograd2";
export { inputRow4, inputColumns4, inputTiles4, kernelTiles4, combineOutput4, outputRow4, outputTiles4 } from "./winograd4";
export { imagesToLanes, lanesToImages, convImages } from "./conv-images";
export { columns3, stridedColumns3, depthwise3 } from "./depthwise";
export { interleave, convRowPhases } from "./conv-phases";
export { dots4, fewRowsDots, fewRows, transposeMatrix } from "./gemm-few";
export { configure } from "./drive/host";
export { correlation } from "./drive/conv";
export { matmul } from "./drive/matmul";
