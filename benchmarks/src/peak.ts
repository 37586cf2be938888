/**
 * The processor's peak for float32 in 128-bit SIMD as WebAssembly can reach it: twelve independent accumulators, enough
 * to hide the latency of an addition or multiplication on current cores, and nothing else in the loop. Written as bytes, because only the
 * instructions matter. Two forms are tried, six chains of multiplications beside six of additions, and relaxed
 * fused multiply-adds where the host has them; the peak is the better one's best sample.
 */
import { encodeFunction, F32, I32, V128 } from "./wasm-function.ts";

export interface Peak {
  readonly gflops: number;
  /** The form that reached it. */
  readonly instructions: "mul + add" | "relaxed_madd";
}

const ACCUMULATORS = 12;
const UNROLL = 4;
const LANES = 4;

// Parameters: 0 count, 1 factor, 2 summand; then the locals.
const FACTOR = 3;
const SUMMAND = 4;
const FIRST = 5;

const GET = 0x20;
const SET = 0x21;
const SIMD = 0xfd;
const F32X4_SPLAT = [SIMD, 0x13];
const F32X4_EXTRACT_LANE_0 = [SIMD, 0x1f, 0x00];
const F32X4_ADD = [SIMD, 0xe4, 0x01];
const F32X4_MUL = [SIMD, 0xe6, 0x01];
const F32X4_RELAXED_MADD = [SIMD, 0x85, 0x02];

/** One turn of the loop, and its floating-point operations. */
function turn(instructions: Peak["instructions"]): { code: number[]; flops: number } {
  const code: number[] = [];
  for (let i = 0; i < ACCUMULATORS; i++) {
    const at = FIRST + i;
    if (instructions === "relaxed_madd") {
      code.push(GET, at, GET, FACTOR, GET, SUMMAND, ...F32X4_RELAXED_MADD, SET, at);
    } else if (i % 2 === 0) code.push(GET, at, GET, FACTOR, ...F32X4_MUL, SET, at);
    else code.push(GET, at, GET, SUMMAND, ...F32X4_ADD, SET, at);
  }
  return { code, flops: ACCUMULATORS * LANES * (instructions === "relaxed_madd" ? 2 : 1) };
}

/** A module that exports `run(count, factor, summand)`. */
function encode(instructions: Peak["instructions"]): Uint8Array {
  const { code } = turn(instructions);
  const accumulators = Array.from({ length: ACCUMULATORS }, (_, i) => FIRST + i);
  return encodeFunction({
    params: [I32, F32, F32],
    result: F32,
    locals: [ACCUMULATORS + 2, V128],
    memoryPages: 0,
    body: [
      ...[GET, 1, ...F32X4_SPLAT, SET, FACTOR, GET, 2, ...F32X4_SPLAT, SET, SUMMAND],
      ...accumulators.flatMap((at) => [GET, FACTOR, SET, at]),
      ...[0x03, 0x40], // loop
      ...Array.from({ length: UNROLL }, () => code).flat(),
      ...[GET, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0], // count -= 1; again unless 0
      0x0b,
      // The result depends on every accumulator, so that none is dead code.
      ...[GET, FIRST, ...accumulators.slice(1).flatMap((at) => [GET, at, ...F32X4_ADD])],
      ...F32X4_EXTRACT_LANE_0,
    ],
  });
}

const WARM_SECONDS = 0.1;
const SAMPLES = 20;
const SAMPLE_TURNS = 100_000;

function rate(instructions: Peak["instructions"], bytes: Uint8Array): number {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource));
  const probe = exports.run as (count: number, factor: number, summand: number) => number;
  const start = performance.now();
  while (performance.now() - start < WARM_SECONDS * 1000) probe(SAMPLE_TURNS / 10, 1, 0);
  let best = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample < SAMPLES; sample++) {
    const from = performance.now();
    probe(SAMPLE_TURNS, 1, 0);
    best = Math.min(best, performance.now() - from);
  }
  return (turn(instructions).flops * UNROLL * SAMPLE_TURNS) / (best * 1e6);
}

/** GFLOP/s of one thread; null where there is no SIMD. */
export function measurePeak(): Peak | null {
  let peak: Peak | null = null;
  for (const instructions of ["mul + add", "relaxed_madd"] as const) {
    const bytes = encode(instructions);
    if (!WebAssembly.validate(bytes as BufferSource)) continue;
    const gflops = rate(instructions, bytes);
    if (peak === null || gflops > peak.gflops) peak = { gflops, instructions };
  }
  return peak;
}
