export default { test: { include: ["hosts/*.test.mjs"], globals: true } };
