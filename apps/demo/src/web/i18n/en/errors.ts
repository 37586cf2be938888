/** What stands before the library's own words. In English they need nothing. */
export const errors = {
  explain: (_message: string): string | undefined => undefined,
};
