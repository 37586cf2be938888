/** The numbers of the elementwise functions, which JavaScript has from here (border.ts). */

/** Functions whose operands have the result's shape (unary.ts). */
export const enum Flat {
  NEG,
  ABS,
  SIGN,
  SQUARE,
  FLOOR,
  CEIL,
  ROUND,
  TRUNC,
  SQRT,
  RSQRT,
  RECIPROCAL,
  RELU,
  TO_INT32,
  EXP,
  EXPM1,
  LOG,
  LOG1P,
  SIN,
  COS,
  TAN,
  TANH,
  SIGMOID,
  ERF,
  GELU,
  GELU_SLOPE,
  INT_NEG,
  INT_ABS,
  INT_SIGN,
  INT_SQUARE,
  INT_RELU,
  TO_FLOAT32,
  COPY,
  RELU_GRAD,
  SIGMOID_GRAD,
  TANH_GRAD,
  ADD_SCALED,
}

/**
 * Functions whose operands broadcast (binary.ts). INT is added for int32 operands.
 */
export const enum Binary {
  ADD,
  SUB,
  MUL,
  DIV,
  MAXIMUM,
  MINIMUM,
  EQUAL,
  NOT_EQUAL,
  LESS,
  LESS_EQUAL,
  INT, // INT + ADD has ADD's place, and so on
  POW = 20,
  SELECT,
}
