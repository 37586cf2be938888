export const backends = { heading: "" };
