/** A module that is no backend. */
export const answer = 42;
