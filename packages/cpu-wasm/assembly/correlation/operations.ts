/** Numbers that JavaScript has from here (border.ts). */

/** Members of the triple: F(x, k), T(g, k), G(x, g). */
export const enum Member {
  OUTPUT,
  INPUT,
  KERNEL,
}

/** The backend's option `winograd`. */
export const enum Winograd {
  OFF,
  DEFAULT,
  LARGE,
}
