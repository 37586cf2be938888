/** The reductions' kernels. The grid depends on shapes alone; driver.ts lays it out. */
export { argReduce } from "./arg";
export { reduceColumns } from "./columns";
export { reduceOne, reduceRows, sumFinish } from "./rows";
