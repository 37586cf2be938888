/** The names of PyTorch's `torch.nn.utils.parametrizations`. */
export { type SpectralNormOptions, spectralNorm } from "./spectral-norm.ts";
export { type WeightNormOptions, weightNorm } from "./weight-norm.ts";
