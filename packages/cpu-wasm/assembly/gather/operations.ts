/** Which of the two, and on what: numbers that JavaScript has from here (border.ts). */
export const enum Gather {
  GATHER,
  SCATTER_ADD,
  SCATTER_ADD_INT,
}
