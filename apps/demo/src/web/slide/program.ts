/** The program of the tab's state. */
import { chainCode } from "../code/chain-code.ts";
import type { Code } from "../code/code.ts";
import { slideCode } from "../code/slide-code.ts";
import type { BackendChoice } from "../compute/session.ts";
import { chainOutputShape } from "./chain/compute.ts";
import { outputShapeOf, usableGradient } from "./compute.ts";
import type { SlideState } from "./state.ts";

/** A gradient that was given for an output of another shape is not in use, so it is not in the program. */
function asShown(state: SlideState): SlideState {
  if (state.outputGrad === null) return state;
  try {
    const shape = state.chain === null ? outputShapeOf(state) : chainOutputShape(state);
    return { ...state, outputGrad: usableGradient(state.outputGrad, shape) };
  } catch {
    return state; // no window fits: the program fails as the page does
  }
}

export function programOf(state: SlideState, backend?: BackendChoice): Code {
  return (state.chain === null ? slideCode : chainCode)(asShown(state), backend);
}
