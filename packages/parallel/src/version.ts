/** The version of this package, which the build writes here. */
declare const CORR2D_VERSION: string | undefined;

export const VERSION: string = typeof CORR2D_VERSION === "string" ? CORR2D_VERSION : "from sources";
