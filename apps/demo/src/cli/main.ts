// Relative paths on the command line are the user's: `pnpm demo` runs this in the directory the user was in
// (INIT_CWD, see scripts/run-built.mjs), so process.cwd() is right.
export {};
