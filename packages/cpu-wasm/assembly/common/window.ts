/**
 * The sizes of a correlation or a pool, as core checked them: its `Window2d`, which JavaScript writes
 * (src/window.ts).
 */
import { WINDOW as ADDRESS } from "./layout";
import { behind } from "./structs";

/** One of the two axes that windows move along: core's `WindowAxis`. */
@unmanaged
export class WindowAxis {
  input: i32;
  kernel: i32;
  output: i32;
  stride: i32;
  /** Padding. */
  before: i32;
  after: i32;
  dilation: i32;
}

@unmanaged
export class Window {
  batch: i32;
  inChannels: i32;
  outChannels: i32;
  groups: i32;

  /** The axes lie behind: height, then width. */
  @inline
  get y(): WindowAxis {
    return changetype<WindowAxis>(behind(this));
  }

  @inline
  get x(): WindowAxis {
    return changetype<WindowAxis>(behind(this) + offsetof<WindowAxis>());
  }

  /** Multiply-adds of a correlation. */
  get macs(): f64 {
    const taps = <f64>(this.inChannels / this.groups) * this.y.kernel * this.x.kernel;
    return taps * this.batch * this.outChannels * this.y.output * this.x.output;
  }
}

/** The one that JavaScript has written. */
export const WINDOW = changetype<Window>(ADDRESS);
