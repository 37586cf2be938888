// An application that uses everything, rightly and wrongly: what each call gives, or how it fails, line by line. A bundler
// that drops a statement with an effect, or keeps too little of a package, makes other lines.
import * as core from "@corr2d/core";
import cpuJs from "@corr2d/cpu-js";
import cpuWasm from "@corr2d/cpu-wasm";
import * as data from "@corr2d/data";
import * as io from "@corr2d/io";
import * as nn from "@corr2d/nn";

const write = (line) => console.log(line.replaceAll("\n", " "));
console.warn = () => {};

const show = (value) => {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  return value instanceof core.Tensor ? String(value) : Object.prototype.toString.call(value);
};

/** What a call comes to. */
async function outcome(run) {
  try {
    return show(await run());
  } catch (error) {
    return error.code === undefined ? error.name : `${error.code}: ${error.message}`;
  }
}

/** Values that hardly a signature asks for. */
const WRONG = () => [
  ...[undefined, null, -1, 0.5, 2 ** 31, 1n, "none", Symbol("s"), {}, [], [1, "2"], Math.abs, { lr: "0.1" }],
  ...[{ stride: 0 }, core.ones([2, 2]), core.ones([1, 1, 3, 3])],
];

async function callAll(what, run) {
  write(`${what}() ${await outcome(() => run())}`);
  for (const [i, value] of WRONG().entries()) {
    write(`${what}(${i}) ${await outcome(() => run(value))}`);
    write(`${what}(x, ${i}) ${await outcome(() => run(core.ones([1, 1, 3, 3]), value))}`);
  }
}

/** Every exported function and class of a package. */
async function callExports(name, exported, leftOut) {
  for (const [member, value] of Object.entries(exported)) {
    if (typeof value !== "function" || leftOut.includes(member)) continue;
    const isClass = /^class\b/.test(String(value));
    await callAll(`${name}.${member}`, (...args) => (isClass ? new value(...args) : value(...args)));
  }
}

/** Every method of an object, a new one for each call. */
async function callMethods(name, make) {
  for (
    let level = Object.getPrototypeOf(make());
    level !== Object.prototype;
    level = Object.getPrototypeOf(level)
  ) {
    for (const [member, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (member === "constructor" || typeof value !== "function") continue;
      await callAll(`${name}.${member}`, (...args) => value.apply(make(), args));
    }
  }
}

async function train() {
  core.manualSeed(0);
  const net = new nn.Sequential(
    new nn.Conv2D(1, 4, 3, { padding: 1 }),
    new nn.BatchNorm2D(4),
    new nn.GELU(),
    new nn.MaxPool2D(2),
    new nn.Flatten(),
    new nn.LazyLinear(3),
  );
  net.forward(core.ones([2, 1, 8, 8]));
  const optimizer = new nn.Adam(net.parameters(), { lr: 0.01 });
  const [x, classes] = [core.randn([4, 1, 8, 8]), core.randint(0, 3, [4])];
  for (let step = 0; step < 5; step++) {
    optimizer.zeroGrad();
    const loss = nn.crossEntropy(net.forward(x), classes);
    loss.backward();
    optimizer.step();
    write(`step ${step}: ${await loss.item()}`);
  }
  write(String(net));
}

for (const backend of [cpuJs(), await cpuWasm()]) {
  core.setBackend(backend);
  write(backend.name);
  await train();
}
core.setBackend(cpuJs());
await callExports("core", core, ["setBackend", "withBackend"]);
await callExports("nn", nn, []);
await callExports("data", data, []);
await callExports("io", io, []);
await callMethods("tensor", () => core.arange(6).reshape([2, 3]));
await callMethods("lazy", () => new nn.Sequential(new nn.Linear(4, 4), new nn.LazyLinear(3)));
await callMethods("conv", () => new nn.Conv2D(1, 1, 3));
await callMethods("optimizer", () => new nn.SGD(new nn.Linear(2, 2).parameters(), { lr: 0.1 }));
