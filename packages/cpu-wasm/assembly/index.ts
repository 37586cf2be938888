/**
 * The drivers that JavaScript calls, and the kernels that they run.
 *
 * A kernel is `(args: usize, begin: i32, end: i32): void`: `args` points to its block of i32 slots (floats bit-cast), and it
 * does the chunks [begin, end) of a grid that depends on geometry and build alone, never on the number of threads. It is
 * exported because an exported function is not inlined, and a small one that is called often tiers up; the build then removes
 * the names (scripts/build-wasm.mjs).
 */
export { broadcast, flat } from "./elementwise";
export { copyRows, transpose } from "./strided";
export { argReduce, reduceColumns, reduceRows, sumFinish } from "./reduce";
export { avgPool, avgPoolInput, maxPool } from "./pool";
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
export { addScaled, binary, fill, unary } from "./drive/elementwise";
export { reduce } from "./drive/reduce";
export { copyPart, strided, stridedAdd } from "./drive/strided";
export { avgPool2d, maxPool2d } from "./drive/pool";
export { softmax } from "./drive/softmax";
export { gather } from "./drive/gather";
