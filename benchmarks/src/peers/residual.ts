/** The block of residual networks (He et al. 2016, "Deep residual learning for image recognition"), without what follows the sum. */
import type { Tensor } from "@corr2d/core";
import { Module } from "@corr2d/nn";

/** body(x) + shortcut(x). */
export class Residual extends Module {
  readonly body: Module;
  readonly shortcut: Module;

  constructor(body: Module, shortcut: Module) {
    super();
    this.body = body;
    this.shortcut = shortcut;
  }

  override forward(x: Tensor): Tensor {
    return this.body(x).add(this.shortcut(x));
  }
}
