/**
 * The names of ours that are not PyTorch's: the table in docs/from-pytorch.md, one cell of names and one reason a row.
 *
 * `corr2d` is an export, `Tensor.set` a member with all its arguments, `Buffer(name)` an argument or option of one function or class,
 * `(x)` an argument of any, `*.options` a member of any class, `Summary.*` all members of one.
 */
import { readPage } from "./repository.ts";

export interface Exceptions {
  readonly listed: readonly string[];
  /** Whether `Owner.member` or `name` is listed. */
  has(path: string): boolean;
  /** Whether the argument is, for this function or for all. */
  hasArgument(path: string, argument: string): boolean;
  /** What has been asked for and not found in use. */
  unused(): string[];
}

export function exceptions(): Exceptions {
  const [, table = ""] =
    /## Names that are not PyTorch's\n([\s\S]*?)\n## /.exec(readPage("docs/from-pytorch.md")) ?? [];
  const cells = [...table.matchAll(/^\| ([^|]*) \| ([^|]*) \|$/gm)].map(([, names]) => names!);
  const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
  const used = new Set<string>();
  const any = (...names: string[]): boolean => {
    const found = names.filter((name) => listed.includes(name));
    for (const name of found) used.add(name);
    return found.length > 0;
  };
  return {
    listed,
    has(path) {
      const [owner, member] = path.split(/\.(?=[^.]*$)/);
      return member === undefined ? any(path) : any(path, `*.${member}`, `${owner}.*`);
    },
    hasArgument: (path, argument) => any(`${path}(${argument})`, `(${argument})`),
    unused: () => listed.filter((name) => !used.has(name)),
  };
}
