/** Every case of the suite, from the simplest layer up: a failure high up with none below it is the high one's own. */
import type { Case } from "../case.ts";
import { cases as autograd } from "./autograd.ts";
import { cases as binary } from "./binary.ts";
import { cases as blocks } from "./blocks.ts";
import { cases as closing } from "./closing.ts";
import { cases as concat } from "./concat.ts";
import { cases as correlation } from "./correlation.ts";
import { cases as correlationSizes } from "./correlation-sizes.ts";
import { cases as correlationValues } from "./correlation-values.ts";
import { cases as counting } from "./counting.ts";
import { cases as determinism } from "./determinism.ts";
import { cases as elementwiseSizes } from "./elementwise-sizes.ts";
import { cases as failure } from "./failure.ts";
import { cases as farPositions } from "./far-positions.ts";
import { cases as fused } from "./fused.ts";
import { cases as fusedSizes } from "./fused-sizes.ts";
import { cases as gatherSum } from "./gather-sum.ts";
import { cases as indexRange } from "./index-range.ts";
import { cases as largeStorage } from "./large-storage.ts";
import { cases as longSums } from "./long-sums.ts";
import { cases as masked } from "./masked.ts";
import { cases as matmul } from "./matmul.ts";
import { cases as matmulSizes } from "./matmul-sizes.ts";
import { cases as mixed } from "./mixed.ts";
import { cases as movement } from "./movement.ts";
import { cases as movementSizes } from "./movement-sizes.ts";
import { cases as normalize } from "./normalize.ts";
import { cases as optional } from "./optional.ts";
import { cases as order } from "./order.ts";
import { cases as orderAlong } from "./order-along.ts";
import { cases as pools } from "./pools.ts";
import { cases as poolsEmpty } from "./pools-empty.ts";
import { cases as poolsNonFinite } from "./pools-non-finite.ts";
import { cases as poolsSizes } from "./pools-sizes.ts";
import { cases as reading } from "./reading.ts";
import { cases as reduce } from "./reduce.ts";
import { cases as reduceSizes } from "./reduce-sizes.ts";
import { cases as results } from "./results.ts";
import { cases as select } from "./select.ts";
import { cases as storage } from "./storage.ts";
import { cases as training } from "./training.ts";
import { cases as unary } from "./unary.ts";

/** The cases of the contract, in its order. */
export const cases: readonly Case[] = [
  ...storage,
  ...largeStorage,
  ...reading,
  ...closing,
  ...unary,
  ...binary,
  ...select,
  ...elementwiseSizes,
  ...reduce,
  ...reduceSizes,
  ...movement,
  ...movementSizes,
  ...indexRange,
  ...farPositions,
  ...matmul,
  ...matmulSizes,
  ...concat,
  ...fused,
  ...orderAlong,
  ...fusedSizes,
  ...gatherSum,
  ...normalize,
  ...pools,
  ...poolsSizes,
  ...poolsEmpty,
  ...poolsNonFinite,
  ...results,
  ...correlation,
  ...correlationValues,
  ...correlationSizes,
  ...blocks,
  ...longSums,
  ...masked,
  ...autograd,
  ...training,
  ...optional,
  ...counting,
  ...order,
  ...failure,
  ...mixed,
  ...determinism,
];
