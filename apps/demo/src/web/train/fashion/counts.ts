/** Written by scripts/make-fashion-slice.mjs: how many images there are to learn from, and behind them to test with. */
export const FASHION_TRAIN = 1200;
export const FASHION_TEST = 250;
