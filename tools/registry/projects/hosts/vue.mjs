/** A Vue application's state around tensors and an optimiser, deeply reactive as `reactive` and `ref` make it; prints the outcome. */
import { setBackend, tensor } from "@corr2d/core";
import { cpuJs } from "@corr2d/cpu-js";
import { Linear, SGD } from "@corr2d/nn";
import { nextTick, reactive, ref, watch } from "vue";
import { trainBoth } from "../dist/both.js";

const assert = (holds, what) => {
  if (!holds) throw new Error(`Vue: ${what}`);
};

setBackend(cpuJs());
const state = reactive({ x: tensor([[1, 2]]), net: new Linear(2, 1), steps: [] });
const optimizer = ref(new SGD(state.net.parameters(), { lr: 0.1 }));
const seen = [];
watch(
  () => state.x,
  (x) => seen.push(x.toArraySync()),
);

const before = String(state.net.weight);
state.net.forward(state.x).sum().backward();
optimizer.value.step();
state.steps.push(state.net.weight.detach());
assert(String(state.net.weight) !== before, "the optimiser does not train");
assert(JSON.stringify(state.steps) === JSON.stringify([state.net.weight]), "a tensor in an array");
state.x = state.x.add(1);
await nextTick();
assert(JSON.stringify(seen) === "[[[2,3]]]", `the watcher saw ${JSON.stringify(seen)}`);
assert(tensor([[1, 1]]).add(state.x).shape.length === 2, "a reactive tensor as an operand");

console.log(JSON.stringify(await trainBoth({ threads: 2 })));
