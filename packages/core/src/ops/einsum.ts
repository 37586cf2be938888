/**
 * Einstein's sums: operands are contracted one after the other, each pair as one batch of matrix products.
 *
 * A label is an axis; those of an ellipsis are numbered from the end, so that operands of different ranks align.
 */
import { checkTensors } from "../autograd.ts";
import { isFloating } from "../dtype.ts";
import { Corr2dError } from "../errors.ts";
import { describeValue } from "../options.ts";
import { formatShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { diagonal } from "./diagonals.ts";
import { matmul } from "./matmul.ts";
import { expand, permute, reshape } from "./movement.ts";

const invalid = (message: string): Corr2dError => new Corr2dError("INVALID_ARGUMENT", `einsum(): ${message}`);

/** A tensor whose axes have labels, each once. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly string[];
}

/** The labels of a term: letters, and of an ellipsis `rank` axes less than those. */
function labelsOf(term: string, ellipsisRank: number): string[] {
  const match = /^([a-zA-Z]*)(\.\.\.)?([a-zA-Z]*)$/.exec(term);
  if (match === null) throw invalid(`invalid subscript given: '${term}' is letters, with at most one '...'`);
  const [, before, dots, after] = match;
  const hidden =
    dots === undefined ? [] : Array.from({ length: ellipsisRank }, (_, i) => `.${ellipsisRank - i}`);
  return [...before!, ...hidden, ...after!];
}

/** With the axes of one label on their diagonal. */
function withoutTwins({ tensor, labels }: Labelled): Labelled {
  const second = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (second < 0) return { tensor, labels };
  const label = labels[second]!;
  const first = labels.indexOf(label);
  if (tensor.ownShape[first] !== tensor.ownShape[second]) {
    throw new Corr2dError(
      "SHAPE_MISMATCH",
      `einsum(): subscript ${label} is repeated for operand of shape ${formatShape(tensor.ownShape)} but the sizes don't match`,
    );
  }
  return withoutTwins({
    tensor: diagonal(tensor, 0, first, second),
    labels: [...labels.filter((each) => each !== label), label],
  });
}

/** Summed over the labels that nobody wants. */
function reduced({ tensor, labels }: Labelled, wanted: ReadonlySet<string>): Labelled {
  const axes = labels.flatMap((label, axis) => (wanted.has(label) ? [] : [axis]));
  if (axes.length === 0) return { tensor, labels };
  return { tensor: tensor.sum(axes), labels: labels.filter((label) => wanted.has(label)) };
}

/** Its axes in this order, those that it lacks of size 1. */
function aligned({ tensor, labels }: Labelled, order: readonly string[]): Tensor {
  const own = order.filter((label) => labels.includes(label));
  const turned = permute(
    tensor,
    own.map((label) => labels.indexOf(label)),
  );
  let axis = 0;
  return reshape(
    turned,
    order.map((label) => (labels.includes(label) ? turned.ownShape[axis++]! : 1)),
  );
}

/** The product of two, summed over the labels that nobody else wants. */
function contracted(
  a: Labelled,
  b: Labelled,
  wanted: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const both = a.labels.filter((label) => b.labels.includes(label));
  const batch = both.filter((label) => wanted.has(label));
  const inner = both.filter((label) => !wanted.has(label));
  const left = a.labels.filter((label) => !both.includes(label));
  const right = b.labels.filter((label) => !both.includes(label));
  const labels = [...batch, ...left, ...right];
  const shapeOf = (names: readonly string[]): number[] => names.map((name) => sizes.get(name)!);
  const counts = [batch, left, inner, right].map((names) => sizeOf(shapeOf(names))) as [
    number,
    number,
    number,
    number,
  ];
  const [batches, rows, depth, columns] = counts;
  if (inner.length === 0 || !isFloating(a.tensor.ownDtype) || !isFloating(b.tensor.ownDtype)) {
    const order = [...labels, ...inner];
    const product = aligned(a, order).mul(aligned(b, order));
    return {
      tensor: inner.length === 0 ? product : product.sum(inner.map((_, i) => labels.length + i)),
      labels,
    };
  }
  const whole = (x: Labelled, names: readonly string[], shape: readonly number[]): Tensor =>
    reshape(expand(aligned(x, names), shapeOf(names)), shape);
  const product = matmul(
    whole(a, [...batch, ...left, ...inner], [batches, rows, depth]),
    whole(b, [...batch, ...inner, ...right], [batches, depth, columns]),
  );
  return { tensor: reshape(product, shapeOf(labels)), labels };
}

/**
 * Sums of products by labels of axes: `einsum("ij,jk->ik", a, b)` is the matrix product, `"ii->"` the trace, `"...ij->...ji"`
 * a transposition. Without `->` the result has the labels that occur once, in alphabetical order.
 *
 * @throws INVALID_ARGUMENT for an equation that does not fit the operands; SHAPE_MISMATCH for axes of one label and two sizes;
 *   BACKEND_MISMATCH.
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  if (typeof equation !== "string")
    throw invalid(`the equation must be a string, but got ${describeValue(equation)}`);
  const [inputs, output, ...more] = equation.replaceAll(" ", "").split("->");
  const terms = inputs!.split(",");
  if (more.length > 0) throw invalid("the equation has more than one '->'");
  if (terms.length !== operands.length || operands.length === 0) {
    throw invalid(
      `${terms.length > operands.length ? "fewer" : "more"} operands were provided than specified in the equation: ` +
        `${operands.length} for '${equation}'`,
    );
  }
  checkTensors("einsum", operands);
  const letters = (term: string): number => term.replace("...", "").length;
  const hidden = Math.max(
    0,
    ...operands.map((x, i) => (terms[i]!.includes("...") ? x.ownShape.length - letters(terms[i]!) : 0)),
  );
  const sizes = new Map<string, number>();
  const labelled = operands.map((tensor, i): Labelled => {
    const term = terms[i]!;
    const labels = labelsOf(term, tensor.ownShape.length - letters(term));
    if (labels.length !== tensor.ownShape.length) {
      throw invalid(
        `the number of subscripts in the equation (${labels.length}) does not match the number of dimensions ` +
          `(${tensor.ownShape.length}) for operand ${i}`,
      );
    }
    const single = withoutTwins({ tensor, labels });
    single.labels.forEach((label, axis) => {
      const size = single.tensor.ownShape[axis]!;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && size !== 1 && known !== size) {
        throw new Corr2dError(
          "SHAPE_MISMATCH",
          `einsum(): subscript ${label} has size ${size} for operand ${i} which does not broadcast with previously seen ` +
            `size ${known}`,
        );
      }
      sizes.set(label, known === 1 ? size : known);
    });
    return single;
  });
  const counts = terms.join("").replaceAll("...", "");
  const result =
    output === undefined
      ? [
          ...labelsOf(inputs!.includes("...") ? "..." : "", hidden),
          ...[...counts].filter((letter) => counts.split(letter).length === 2).sort(),
        ]
      : labelsOf(output, hidden);
  for (const label of result) {
    if (!sizes.has(label) || result.indexOf(label) !== result.lastIndexOf(label)) {
      throw invalid(
        `output subscript ${label} does not appear in the equation for any input operand, or appears twice`,
      );
    }
  }
  let [total, ...rest] = labelled as [Labelled, ...Labelled[]];
  const wantedBy = (others: readonly Labelled[]): ReadonlySet<string> =>
    new Set([...result, ...others.flatMap((other) => other.labels)]);
  for (let next = rest.shift(); next !== undefined; next = rest.shift()) {
    const wanted = wantedBy(rest);
    const [a, b] = [
      reduced(total, new Set([...wanted, ...next.labels])),
      reduced(next, new Set([...wanted, ...total.labels])),
    ];
    total = contracted(a, b, wanted, sizes);
  }
  total = reduced(total, new Set(result));
  return permute(
    total.tensor,
    result.map((label) => total.labels.indexOf(label)),
  );
}
