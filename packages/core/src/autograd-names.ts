/** What PyTorch has in `torch.autograd`, by its names there: `autograd.Function`, `autograd.grad`. */
export { detectAnomaly, enableGrad, grad, noGrad } from "./autograd.ts";
export { CustomFunction as Function } from "./custom-function.ts";
export { hessian, jacobian, jvp, vjp } from "./functional.ts";
export { gradcheck } from "./gradcheck.ts";
