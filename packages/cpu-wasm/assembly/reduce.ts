/** The reductions' kernels. The grid depends on shapes alone; src/reduce.ts lays it out. */
export { argReduce } from "./reduce-arg";
export { reduceColumns } from "./reduce-columns";
export { reduceRowNow, reduceRows, sumFinish } from "./reduce-rows";
