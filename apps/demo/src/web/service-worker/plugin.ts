/** Vite plugin: writes sw.js with the list of the build's files, and a version that is a hash of them. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const source = new URL("worker.js", import.meta.url);

export function serviceWorker(): Plugin {
  return {
    name: "corr2d-service-worker",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const hash = createHash("sha256");
        const files = Object.keys(bundle).sort();
        for (const file of files) {
          const output = bundle[file]!;
          hash.update(file).update(output.type === "chunk" ? output.code : output.source);
        }
        // The page itself goes by its folder: a host may answer index.html with a redirect, which no cache can use.
        const list = files.map((file) => (file === "index.html" ? "./" : `./${file}`));
        const code = readFileSync(source, "utf8")
          .replace("self.__FILES__", JSON.stringify(list))
          .replace("self.__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 12)));
        this.emitFile({ type: "asset", fileName: "sw.js", source: code });
      },
    },
  };
}
