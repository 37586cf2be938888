/**
 * Registers TensorFlow.js' gradients. Its CommonJS build leaves them out, and the files that hold them are ES modules
 * which Node takes for CommonJS, so a bundler has to read them. (The umbrella package would bring them, with ten
 * times the download.) The registry is global, so a second copy of the code reaches it.
 */
import { createRequire } from "node:module";
import { build } from "esbuild";

const require = createRequire(import.meta.url);

export async function registerGradients(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [require.resolve("@tensorflow/tfjs-core/dist/register_all_gradients.js")],
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    write: false,
    logLevel: "error",
  });
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString("base64")}`);
}
