export interface FindProgramOptions {
  /** What the program is called, best first. */
  readonly names: readonly string[];
  /** Debian's package that has it. */
  readonly debian: string;
  /** What is left out where there is none, for the note. */
  readonly leftOut: string;
}

/** The path of a program that is installed, or is installed now; null where there is none, after a loud note. */
export function findProgram(options: FindProgramOptions): Promise<string | null>;
