/** Has the compiler check every declaration of every package (`skipLibCheck` is off). */
export * as conformance from "@corr2d/conformance";
export * as core from "@corr2d/core";
export * as cpuJs from "@corr2d/cpu-js";
export * as cpuWasm from "@corr2d/cpu-wasm";
export * as data from "@corr2d/data";
export * as dataNode from "@corr2d/data/node";
export * as io from "@corr2d/io";
export * as ioNode from "@corr2d/io/node";
export * as mpi from "@corr2d/mpi";
export * as nn from "@corr2d/nn";
export * as parallel from "@corr2d/parallel";
export * as parallelConformance from "@corr2d/parallel/conformance";
export * as parallelThreads from "@corr2d/parallel/threads";
export * as worker from "@corr2d/worker";
