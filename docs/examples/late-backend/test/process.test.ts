/** How long a process with a late backend lives (§2.12): programs of their own, as a user runs them. */
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";

const run = promisify(execFile);
const home = resolve(import.meta.dirname, "..");

/** What a program prints. It fails when it ends with another code than 0, or not within a minute. */
async function output(program: string, module = "./dist/late-backend/backend.js"): Promise<string> {
  const code = `
    import lateBackend from ${JSON.stringify(module)};
    ${program}`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: home,
    timeout: 60_000,
  });
  return stdout.trim();
}

test("an idle backend does not keep it alive", async () => {
  const program = `
    const backend = await lateBackend();
    const x = backend.upload(Float32Array.of(1, 2, 3));
    console.log([...await backend.read(backend.unary("neg", x, 3, "float32"), 3, "float32")].join());`;
  expect(await output(program)).toBe("-1,-2,-3");
  expect(await output("await lateBackend();")).toBe("");
});

test("a pending read does, and so does synchronize", async () => {
  const program = `
    const backend = await lateBackend();
    const x = backend.upload(Float32Array.of(1, 2, 3));
    backend.read(backend.unary("neg", x, 3, "float32"), 3, "float32").then((data) => {
      console.log([...data].join());
      backend.settled().then(() => console.log("settled"));
    });`;
  expect(await output(program)).toBe("-1,-2,-3\nsettled");
});

test("close with reads pending ends it", async () => {
  const program = `
    const backend = await lateBackend();
    const x = backend.upload(Float32Array.of(1, 2, 3));
    backend.read(x, 3, "float32").catch((error) => console.log(error.code));
    await backend.close();
    console.log("closed");`;
  expect(await output(program)).toBe("BACKEND_CLOSED\nclosed");
});

test("a worker that cannot start: the factory says why", async () => {
  const folder = await mkdtemp(join(home, "without-worker-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const built = join(home, "dist", "late-backend");
  await cp(built, folder, { recursive: true, filter: (file) => !file.endsWith("worker.js") });
  const program = `
    await lateBackend().catch(({ code, message }) => console.log(code, message));`;
  expect(await output(program, pathToFileURL(join(folder, "backend.js")).href)).toMatch(
    /^BACKEND_UNAVAILABLE late: the worker could not start: .*Cannot find module/,
  );
});
