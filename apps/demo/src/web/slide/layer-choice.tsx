/** Which layer is shown: a convolution, its transpose, a pool, an activation; or several, one after the other. */
import { words } from "../i18n/index.ts";
import { Segmented } from "../ui/controls.tsx";
import { outputPosition } from "./chain/compute.ts";
import { type ChainLayer, fitted, isPool, newLayer } from "./chain/layers.ts";
import { resize, sizesOf } from "./resize.ts";
import { change, isStepping, position, type SlideState, slide } from "./state.ts";

const CHOICES = ["plain", "transposed", "pool", "activation", "chain"] as const;
type Choice = (typeof CHOICES)[number];

function choiceOf({ chain, transposed }: SlideState): Choice {
  if (chain === null) return transposed ? "transposed" : "plain";
  const [first] = chain;
  if (chain.length > 1 || first!.kind === "conv") return "chain";
  return isPool(first!) ? "pool" : "activation";
}

/** The layers that a choice begins with; the convolution of a chain is the one that was there. */
function layersOf(choice: Choice, { groups, kernel, stride, padding }: SlideState): readonly ChainLayer[] {
  if (choice === "pool") return [{ kind: "max", size: [2, 2], stride: [1, 1], padding: [0, 0] }];
  if (choice === "activation") return [newLayer("relu")];
  const present: ChainLayer = {
    kind: "conv",
    kernel,
    stride,
    padding: padding === "same" ? [0, 0] : padding,
  };
  return [groups > 1 ? newLayer("conv") : present, newLayer("relu"), newLayer("max")];
}

/** The state of a choice. Between a convolution and its transpose the kernel's two channel axes change places. */
function stateOf(choice: Choice, state: SlideState): SlideState {
  const turned = { ...state, chain: null, transposed: choice === "transposed" };
  const padding = state.padding === "same" ? ([0, 0] as const) : state.padding;
  const one = { ...turned, ...resize(turned, sizesOf(state)), padding };
  if (choice === "plain" || choice === "transposed") return one;
  return { ...one, chain: fitted(one.input.length, layersOf(choice, one)) };
}

export function LayerChoice() {
  const text = words.value.slide;
  return (
    <Segmented
      label={text.layer}
      options={CHOICES}
      names={text.layers}
      value={choiceOf(slide.value)}
      onChange={(choice) => {
        change(stateOf(choice, slide.value));
        position.value = outputPosition(slide.value);
        isStepping.value = false;
      }}
    />
  );
}
