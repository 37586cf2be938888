/**
 * The drivers that JavaScript calls, and the kernels that they run.
 *
 * A kernel is `(args, begin: i32, end: i32): void`: `args` is its argument block, a struct in memory, and it
 * does the chunks [begin, end) of a grid that depends on geometry and build alone, never on the number of
 * threads. It is exported because an exported function is not inlined, and a small one that is called often
 * tiers up; the build then removes the names (scripts/build-wasm.mjs).
 */
export { broadcast, flat } from "./elementwise/kernels";
export { copyRows, narrow, transpose, widen } from "./view/kernels";
export { argReduce } from "./reduce/arg";
export { reduceColumns } from "./reduce/columns";
export { reduceRows, sumFinish } from "./reduce/rows";
export { avgPool } from "./pool/average";
export { maxPool } from "./pool/max";
export { convDirect, convDirectInput, convDirectKernel, allFinite } from "./correlation/direct/kernels";
export { dot2x4, dot1x5, convDot, dotFinish } from "./correlation/dot/kernels";
export { padPlane, padPlanes, stageRow, splitPlanes } from "./correlation/pad";
export { gemm } from "./matmul/gemm";
export { packPanels } from "./matmul/gemm-pack";
export { storeTile } from "./matmul/gemm-store";
export { tile2x16, tile2x16Out, tile4x8 } from "./matmul/gemm-tile";
export {
  pair16,
  pair12,
  pair8,
  single16,
  single12,
  single8,
  positions,
  laterChains,
  walk16,
} from "./common/positions";
export { fillTable } from "./common/tables";
export { rowPair16 } from "./correlation/rows/row-pair";
export { convRows } from "./correlation/rows/kernels";
export { packTaps } from "./correlation/rows/weights";
export { winogradKernel, winogradInput, winogradTasks } from "./correlation/winograd/kernels";
export { winogradGradient, winogradGradientTaps } from "./correlation/winograd/gradient";
export {
  gradientTile2,
  inputTiles2,
  kernelGradientTile2,
  kernelTiles2,
  outputTiles2,
} from "./correlation/winograd/tiles2";
export {
  inputRow4,
  inputColumns4,
  inputTiles4,
  kernelTiles4,
  combineOutput4,
  outputRow4,
  outputTiles4,
} from "./correlation/winograd/tiles4";
export { imagesToLanes, lanesToImages, convImages } from "./correlation/images/kernels";
export { columns3, stridedColumns3, depthwise3 } from "./correlation/depthwise/kernels";
export { interleave, convRowPhases } from "./correlation/phases/kernels";
export { dots4, fewRowsDots, fewRows, transposeMatrix } from "./matmul/few";
export { cumsum as cumsumLines, sort as sortLines } from "./order/kernels";
export { configure } from "./common/host";
export { correlation } from "./correlation/driver";
export { matmul } from "./matmul/driver";
export { addScaled, binary, fill, unary } from "./elementwise/driver";
export { reduce } from "./reduce/driver";
export { copyPart, strided, stridedAdd } from "./view/driver";
export { avgPool2d, maxPool2d } from "./pool/driver";
export { softmax } from "./softmax/driver";
export { gather, gatherSum } from "./gather/driver";
export { cumsum, sort } from "./order/driver";
export { normalize, normalizeGrads, normalizeInput } from "./norm/driver";
