/**
 * A network whose weights are an average of those that another had while it was trained. Sources: Izmailov et al. 2018, "Averaging
 * weights leads to wider optima and better generalization"; Polyak & Juditsky 1992, "Acceleration of stochastic approximation by
 * averaging".
 *
 * Nothing here reads values: how many were averaged is a tensor, and the first average is chosen by `where`.
 */
import { isFloating, noGrad, scope, type Tensor, where, zeros } from "@corr2d/core";
import { checkGiven, invalid, type Signature } from "../../arguments.ts";
import { Module } from "../../module.ts";
import { Buffer } from "../../parameter.ts";
import { type AverageFunction, getSwaAvgFn } from "./average-functions.ts";
import { checkModule } from "./check-module.ts";

/** Options of `AveragedModel`. */
export interface AveragedModelOptions {
  /** How an average takes in the next value (default `getSwaAvgFn()`: all count alike). */
  readonly avgFn?: AverageFunction | undefined;
  /** Whether buffers are averaged too; else they are the model's last ones (default false). */
  readonly useBuffers?: boolean | undefined;
}

const SIGNATURE: Signature = {
  options: { avgFn: "function", useBuffers: "boolean" },
  positional: { boolean: ["useBuffers"] },
};

/** The tensors of two networks in pairs. */
type Pairs = readonly (readonly [average: Tensor, value: Tensor])[];

/** @throws INVALID_ARGUMENT unless the two networks hold tensors of the same names, none of them in common. */
function pairsOf(
  own: readonly (readonly [name: string, tensor: Tensor])[],
  given: readonly (readonly [name: string, tensor: Tensor])[],
): Pairs {
  if (own.length !== given.length || own.some(([name], i) => name !== given[i]![0])) {
    throw invalid(
      "updateParameters: the model has other parameters or buffers than the network that holds the average: make both alike",
    );
  }
  return own.map(([name, average], i) => {
    const value = given[i]![1];
    if (average !== value) return [average, value];
    throw invalid(`updateParameters: '${name}' is the average's own: give it the model that is trained`);
  });
}

/**
 * `new AveragedModel(net, { avgFn })`: holds a copy of `net`; call `updateParameters(net)` after each step that counts. The first
 * gives it the values of `net`. With `getEmaAvgFn(0.999)` it is a moving average.
 * @throws INVALID_ARGUMENT, also as `net.clone()`.
 */
export class AveragedModel<M extends Module = Module> extends Module {
  static override readonly typeName: string = "AveragedModel";

  /** int32 scalar, in state dicts `n_averaged`: how many values were averaged. */
  readonly nAveraged: Buffer;
  /** The copy that holds the average. */
  readonly module: M;
  /** Makes the next average from the last, a value and their count. */
  readonly avgFn: AverageFunction;
  /** Whether buffers are averaged too. */
  readonly useBuffers: boolean;

  constructor(model: M, options: AveragedModelOptions = {}, ...surplus: never[]) {
    super();
    checkGiven("AveragedModel", SIGNATURE, options, surplus);
    checkModule("AveragedModel", model);
    const { avgFn = getSwaAvgFn(), useBuffers = false } = options;
    const backend = model.parameters()[0]?.backend;
    this.nAveraged = scope(() => new Buffer(zeros([], { dtype: "int32", backend }), { name: "n_averaged" }));
    this.module = model.clone();
    this.avgFn = avgFn;
    this.useBuffers = useBuffers;
  }

  override forward(...inputs: Parameters<M["forward"]>): ReturnType<M["forward"]> {
    return this.module(...inputs);
  }

  /**
   * Takes the values that `model` has now into the average.
   * @throws INVALID_ARGUMENT for a model that is not made like this one, or is the same.
   */
  updateParameters(model: Module): void {
    checkModule("updateParameters", model);
    const { module, nAveraged } = this;
    const parameters = pairsOf(module.namedParameters(), model.namedParameters());
    const buffers = pairsOf(module.namedBuffers(), model.namedBuffers());
    noGrad(() =>
      scope(() => {
        const isFirst = nAveraged.eq(0);
        for (const [average, value] of this.useBuffers ? [...parameters, ...buffers] : parameters) {
          // Counts have no average.
          if (!isFloating(average.dtype)) average.assign(value);
          else
            average.assign(where(isFirst, value, this.avgFn(average, value, nAveraged.type(average.dtype))));
        }
        if (!this.useBuffers) for (const [own, value] of buffers) own.assign(value);
        nAveraged.assign(nAveraged.add(1));
      }),
    );
  }
}
