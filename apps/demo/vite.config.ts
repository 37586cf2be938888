/** Builds the web page (src/web) into dist/web: a static site that works from any folder of any host. */
import { defaultClientConditions, defineConfig, type Plugin, type UserConfig } from "vite";
import { CONTENT_SECURITY_POLICY } from "./src/cli/site-headers.ts";
import { serviceWorker } from "./src/web/service-worker/plugin.ts";

/** The policy inside the page, for hosts that send no headers. Not in development: Vite's own scripts are inline. */
function policyTag(): Plugin {
  return {
    name: "corr2d-policy",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}

const config: UserConfig = defineConfig({
  base: "./",
  plugins: [policyTag(), serviceWorker()],
  // From the sources of the packages: nothing else has to be built first.
  resolve: { conditions: ["@corr2d/source", ...defaultClientConditions] },
  build: {
    outDir: "dist/web",
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
  },
  // A module, as the packages are; what it imports later comes in files of its own.
  worker: { format: "es" },
  server: {
    headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
  },
});

export default config;
