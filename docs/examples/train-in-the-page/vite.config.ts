import { defineConfig } from "vite";

// What shared memory, and so more than one thread, asks of the server. Without them training goes on, on one thread.
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  worker: { format: "es" }, // a worker that is a module, as ours: Vite's default is a script
  optimizeDeps: { exclude: ["@corr2d/cpu-wasm"] }, // the development server would leave its threads' script behind
  server: { headers },
  preview: { headers },
});
