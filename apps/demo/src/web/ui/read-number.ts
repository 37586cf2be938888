/**
 * Numbers as people write them, in English and in Chinese: "9,216", "9 216", "2,5", "1/9", "15*1024*1024", "15·2²⁰",
 * "=2304", "≈0.33", "½", "ln(3)", "√2", "9，216", "5.5万", "约0.33", "根号2". A comma before exactly three digits groups
 * thousands; any other is a decimal comma. As in the book's code, log is the natural one.
 */

const WIDE_FORMS = /[\uff01-\uff5e]/g;
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";

/** The same in plain signs. */
function plain(text: string): string {
  return text
    .replace(WIDE_FORMS, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replace(
      /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+/g,
      (power) => `^(${Array.from(power, (d) => "0123456789-"[SUPERSCRIPTS.indexOf(d)]).join("")})`,
    )
    .replace(/[₀-₉]+/g, (base) => `_${Array.from(base, (d) => SUBSCRIPTS.indexOf(d)).join("")} `)
    .replace(/[¼½¾⅐-⅞]/g, (part) => `(${part.normalize("NFKC")})`)
    .replace(/[−–]/g, "-")
    .replace(/\*\*/g, "^")
    .replace(/[×·⋅∙]|(?<![a-z])x(?![a-z])/gi, "*")
    .replace(/[÷⁄∕]/g, "/")
    .replace(/[’]/g, "'")
    .replace(/。/g, ".")
    .replace(/√|根号/g, " sqrt ")
    .replace(/π/g, " pi ")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/^(?:[=≈~≃≅]|大?约|about) ?/i, "");
}

/** With thousands in groups; without; what may follow either. */
const GROUPED =
  /(?<whole>[1-9]\d{0,2}(?:(?<group>[ ,'_])\d{3}(?:\k<group>\d{3})*)(?!\d))(?<part>(?!\k<group>)[.,]\d+)?/;
const UNGROUPED = /(?<digits>\d+(?:[.,]\d*)?|[.,]\d+)/;
/** A logarithm of a base, where something follows to take it of: "log28" is that of 28. */
const BASED = /log_?(?:10|2)(?= ?[(a-z]| \d)/;
const TOKEN = new RegExp(
  ` ?(?:(?:${GROUPED.source}|${UNGROUPED.source})(?<exponent>e[+-]?\\d+)?(?: ?(?<unit>[万萬亿億%]))?|(?<name>${BASED.source}|[a-z]+)|(?<sign>[-+*/^()]))`,
  "iy",
);
const UNITS: Readonly<Record<string, number>> = { 万: 1e4, 萬: 1e4, 亿: 1e8, 億: 1e8, "%": 0.01 };

type Operation = (x: number) => number;
type Token = number | Operation | string;

const NAMES: ReadonlyMap<string, number | Operation> = new Map<string, number | Operation>([
  ["e", Math.E],
  ["pi", Math.PI],
  ["exp", Math.exp],
  ["ln", Math.log],
  ["log", Math.log],
  ["lg", Math.log10],
  ["log10", Math.log10],
  ["log2", Math.log2],
  ["sqrt", Math.sqrt],
]);

/** Numbers, operations and signs, in order; undefined where there is something else. */
function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)?.groups;
    if (found === undefined) return undefined;
    const { whole, part = "", digits = "", exponent = "", unit, name, sign } = found;
    const number = whole === undefined ? digits : whole.replace(/\D/g, "") + part;
    const token =
      name === undefined
        ? (sign ?? Number(number.replace(",", ".") + exponent) * (unit === undefined ? 1 : UNITS[unit]!))
        : NAMES.get(name.toLowerCase().replace("_", ""));
    if (token === undefined) return undefined;
    tokens.push(token);
  }
  return tokens;
}

/** What an expression comes to; NaN where it is none. Powers before products before sums, as on paper; "2√2" is a product, "ln 3²" is ln 9. */
function evaluate(tokens: readonly Token[]): number {
  let at = 0;
  const takes = (sign: string): boolean => tokens[at] === sign && ++at > 0;
  const atom = (): number => {
    if (takes("(")) {
      const value = sum();
      return takes(")") ? value : Number.NaN;
    }
    const token = tokens[at++];
    if (typeof token === "function") return token(tokens[at] === "(" ? atom() : power());
    return typeof token === "number" ? token : Number.NaN;
  };
  const power = (): number => {
    const base = atom();
    return takes("^") ? base ** signed() : base;
  };
  const signed = (): number => (takes("-") ? -signed() : takes("+") ? signed() : power());
  const product = (): number => {
    let value = signed();
    for (;;) {
      if (takes("*") || typeof tokens[at] === "function") value *= signed();
      else if (takes("/")) value /= signed();
      else return value;
    }
  };
  const sum = (): number => {
    let value = product();
    for (;;) {
      if (takes("+")) value += product();
      else if (takes("-")) value -= product();
      else return value;
    }
  };
  const value = sum();
  return at === tokens.length ? value : Number.NaN;
}

/** A key that a number may begin with. P presents. */
export const BEGINS = /^[-−+.(=＝≈~～√π约¼½¾⅐-⅞\dels]$/i;

/** Characters of the longest text that is read: nobody writes a number of more. */
const LONGEST = 100;

/** What somebody typed; undefined when it is no number, or none that is finite. */
export function readNumber(text: string): number | undefined {
  const trimmed = text.trim();
  const tokens = trimmed.length > LONGEST ? undefined : tokensOf(plain(trimmed));
  const value = tokens === undefined ? Number.NaN : evaluate(tokens);
  return Number.isFinite(value) ? value : undefined;
}
