/** The sizes of a correlation or a pool, as core checked them: its `Window2d`. */
@unmanaged
export class Window {
  batch: i32;
  inChannels: i32;
  outChannels: i32;
  groups: i32;
  inputHeight: i32;
  inputWidth: i32;
  kernelHeight: i32;
  kernelWidth: i32;
  outputHeight: i32;
  outputWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  padTop: i32;
  padBottom: i32;
  padLeft: i32;
  padRight: i32;
  dilationHeight: i32;
  dilationWidth: i32;

  get macs(): f64 {
    const taps = <f64>(this.inChannels / this.groups) * this.kernelHeight * this.kernelWidth;
    return taps * this.batch * this.outChannels * this.outputHeight * this.outputWidth;
  }
}

/** The one that JavaScript has written (src/window.ts). */
export const WINDOW = changetype<Window>(64);
