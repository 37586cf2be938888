export const edges = { heading: "" };
