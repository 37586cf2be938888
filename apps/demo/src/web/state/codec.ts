/**
 * Values as short readable text in an address: `3,1` for a pair, `0,1;2,3` for rows, `|` between planes and `/`
 * between blocks of planes. Reading is forgiving: what cannot be read is undefined, and becomes the default.
 */

export type Rows = readonly (readonly number[])[];

const number = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

export function numberText(value: number): string {
  return String(Math.round(value * 1e6) / 1e6);
}

export function parseNumber(text: string | undefined, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = number(text);
  return value >= least && value <= most ? value : undefined;
}

export function parseInteger(text: string | undefined, least: number, most: number): number | undefined {
  const value = parseNumber(text, least, most);
  return Number.isInteger(value) ? value : undefined;
}

/** One number for both, or two. */
export function parsePair(
  text: string | undefined,
  least: number,
  most: number,
): readonly [number, number] | undefined {
  const parts = text?.split(",").map((part) => parseInteger(part, least, most));
  if (parts === undefined || parts.length > 2 || parts.includes(undefined)) return undefined;
  const [first, second = first] = parts as [number, number?];
  return [first, second];
}

export const pairText = ([a, b]: readonly [number, number]): string => (a === b ? `${a}` : `${a},${b}`);

export function parseChoice<T extends string>(
  text: string | undefined,
  choices: readonly T[],
): T | undefined {
  return choices.find((choice) => choice === text);
}

export const rowsText = (rows: Rows): string => rows.map((row) => row.map(numberText).join(",")).join(";");

export function parseRows(text: string | undefined, most: number): number[][] | undefined {
  const rows = text?.split(";").map((row) => row.split(",").map(number));
  if (rows === undefined || rows.length > most || rows[0]!.length > most) return undefined;
  const regular = rows.every((row) => row.length === rows[0]!.length && row.every(Number.isFinite));
  return regular ? rows : undefined;
}

/** Planes of equal size. */
export const planesText = (planes: readonly Rows[]): string => planes.map(rowsText).join("|");

export function parsePlanes(
  text: string | undefined,
  mostPlanes: number,
  most: number,
): number[][][] | undefined {
  const planes = text?.split("|").map((plane) => parseRows(plane, most));
  if (planes === undefined || planes.length > mostPlanes || planes.includes(undefined)) return undefined;
  const [first] = planes as [number[][]];
  const sameSize = (planes as number[][][]).every(
    (plane) => plane.length === first.length && plane[0]!.length === first[0]!.length,
  );
  return sameSize ? (planes as number[][][]) : undefined;
}

export const blocksText = (blocks: readonly (readonly Rows[])[]): string => blocks.map(planesText).join("/");

export function parseBlocks(
  text: string | undefined,
  mostPlanes: number,
  most: number,
): number[][][][] | undefined {
  const blocks = text?.split("/").map((block) => parsePlanes(block, mostPlanes, most));
  if (blocks === undefined || blocks.length > mostPlanes || blocks.includes(undefined)) return undefined;
  const complete = blocks as number[][][][];
  const size = (block: number[][][]): string => [block.length, block[0]!.length, block[0]![0]!.length].join();
  return complete.every((block) => size(block) === size(complete[0]!)) ? complete : undefined;
}
