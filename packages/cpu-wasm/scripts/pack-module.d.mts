/** Where the functions of a module lie in it. */
export interface CodeRange {
  readonly codeStart: number;
  readonly codeEnd: number;
}

/** The module as the package carries it. */
export function pack(bytes: Uint8Array, range?: CodeRange): Promise<string>;
