/** The reductions' kernels. The grid depends on shapes alone; drive/reduce.ts lays it out. */
export { argReduce } from "./reduce-arg";
export { reduceColumns } from "./reduce-columns";
export { reduceOne, reduceRows, sumFinish } from "./reduce-rows";
