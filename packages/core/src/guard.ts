/**
 * What an object of JavaScript takes without a word, refused on tensors: names that they do not have, read as PyTorch
 * spells them or assigned in any spelling, and assignments to names that they have.
 *
 * The chain of prototypes gets a proxy at its end, which hears of unknown names only. So tensors cost no more to make
 * (`Object.preventExtensions` is 20 ns for each) or to use, and code that is not strict, as in consoles, is told as well.
 */
import { didYouMean } from "./did-you-mean.ts";
import { Corr2dError } from "./errors.ts";

/** What to write for PyTorch's names that are not ours in camelCase. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  T: "x.t(), or x.transpose(0, 1)",
  device: "x.backend",
  numpy: "await x.data()",
  tolist: "await x.toArray()",
  variance: "x.var(…)",
};

/** What to write instead of assigning. */
const ASSIGNED: Readonly<Record<string, string>> = {
  backend: "await x.to(backend) gives a tensor on another backend",
  data: "write x.assign(value), inside noGrad(() => …) if x requires gradients",
  dtype: "x.type(dtype) gives a tensor of another dtype",
  shape: "x.reshape(shape) gives a tensor of another shape",
};

const of = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** What to write for a name of PyTorch's, if it is one. */
function wayOf(name: string, known: readonly object[]): string | undefined {
  const camel = name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
  if (camel !== name && known.some((prototype) => Object.hasOwn(prototype, camel))) return `x.${camel}`;
  if (name === "requires_grad_") return "x.requiresGrad = true";
  if (/^[a-z]\w*[a-z\d]_$/.test(name)) {
    return "x.assign(value), which takes a new value, such as x.add(1) or 0; x.grad = null forgets a gradient";
  }
  return of(ELSEWHERE, name);
}

const unknown = (name: string, hint: string): Corr2dError =>
  new Corr2dError("INVALID_ARGUMENT", `a tensor has no '${name}'${hint}`);

/** Makes the prototype of a class and that of its base refuse, on instances of the class itself. */
export function guard(prototype: object): void {
  const base: object = Object.getPrototypeOf(prototype);
  const known = [prototype, base];
  const refusal = (name: string) => (): never => {
    const way = of(ASSIGNED, name);
    throw new Corr2dError(
      "INVALID_ARGUMENT",
      `a tensor's '${name}' cannot be assigned${way === undefined ? "" : `: ${way}`}`,
    );
  };
  const assignable: string[] = [];
  for (const [name, { get, set, value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (set !== undefined) assignable.push(name);
    else if (get !== undefined) {
      Object.defineProperty(prototype, name, { set: refusal(name) });
    } else if (name === "data") {
      // A method that PyTorch has as a property. A plain one could be shadowed.
      Object.defineProperty(prototype, name, { get: () => value, set: refusal(name) });
    }
  }

  // Every `await` and every scope asks a result for `then`: known to be absent, it does not get as far as the proxy.
  // biome-ignore lint/suspicious/noThenProperty: it is undefined
  Object.defineProperty(prototype, "then", { value: undefined });
  const end: object = {};
  const isOwn = (receiver: object): boolean => Object.getPrototypeOf(receiver) === prototype;
  const last = new Proxy(end, {
    get(_, name, receiver) {
      if (typeof name === "symbol" || name in end) return Reflect.get(end, name, receiver);
      const way = wayOf(name, known);
      if (way === undefined || !isOwn(receiver)) return undefined;
      throw unknown(name, `: write ${way}`);
    },
    set(_, name, value, receiver) {
      if (typeof name === "symbol" || name in end || !isOwn(receiver))
        return Reflect.set(end, name, value, receiver);
      const way = wayOf(name, known);
      throw unknown(name, way === undefined ? didYouMean(name, assignable) : `: write ${way}`);
    },
  });
  Object.setPrototypeOf(base, last);
}
