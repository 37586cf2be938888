/**
 * What an import of `@corr2d/cpu-wasm/kernels.wasm` gives where the host or the bundler compiles it: a `WebAssembly.Module`,
 * for the factory's option `module`. Written without the types of the DOM, which has that one.
 */
declare const kernels: object;
export default kernels;
