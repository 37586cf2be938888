/** The numbers of the reductions, which JavaScript has from here (border.ts). */

/** INT_SUM is added for int32, ARG for the position of an extreme. */
export const enum Fold {
  SUM,
  PROD,
  MAX,
  MIN,
  INT_SUM,
  INT_PROD,
  INT_MAX,
  INT_MIN,
  ARG,
}
