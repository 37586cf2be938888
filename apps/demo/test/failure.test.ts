/** What is said about an error, whatever was thrown: one line, and the exit code. */
import { readFileSync } from "node:fs";
import { Corr2dError } from "@corr2d/core";
import { describe, expect, test } from "vitest";
import { describeFailure, reportFailure } from "../src/cli/failure.ts";
import { outputError } from "../src/cli/terminal.ts";
import { CommandError, UsageError } from "../src/cli/usage-error.ts";

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function system(code: string, errno: number): Error {
  return Object.assign(new Error(`${code}: whatever, write`), { code, errno, syscall: "write" });
}

const BUG = "; this is a bug: please report it, with what --debug shows";

describe("one line and an exit code", () => {
  test.each<[string, unknown, string, number]>([
    ["what was not understood", new UsageError("--seed: no"), "--seed: no", 2],
    ["what could not be done", new CommandError("there is no file x"), "there is no file x", 1],
    ["the library's own", new Corr2dError("OUT_OF_MEMORY", "no room"), "no room", 1],
    ["several lines", new CommandError("one\n  two\r\nthree"), "one two three", 1],
    ["escapes for the terminal", new CommandError("a\u001b[31mb\u0007"), "a\\x1b[31mb\\x07", 1],
    ["a bug", new TypeError("x is not a function"), `unexpected TypeError: x is not a function${BUG}`, 1],
    ["no message", new Error(), `unexpected Error${BUG}`, 1],
    ["a text", "thrown", `unexpected 'thrown'${BUG}`, 1],
    ["a list of errors", [new Error("inner")], `unexpected [object Array]${BUG}`, 1],
    ["nothing", undefined, `unexpected undefined${BUG}`, 1],
    ["null", null, `unexpected null${BUG}`, 1],
    ["an object", { code: "ODD" }, `unexpected ODD${BUG}`, 1],
    ["an object of another kind", Object.create(null), `unexpected [object Object]${BUG}`, 1],
  ])("%s", (_, error, start, code) => {
    const failure = describeFailure(error);
    expect(failure.code).toBe(code);
    expect(failure.message.startsWith(start)).toBe(true);
    expect(failure.message).not.toContain("\n");
  });

  test("the system's: its own words, and the file", () => {
    const error = caught(() => readFileSync("/no/such/file"));
    expect(describeFailure(error)).toEqual({
      message: "/no/such/file: no such file or directory (ENOENT)",
      code: 1,
    });
    const words = { EACCES: "permission denied", EISDIR: "illegal operation on a directory" };
    for (const [code, text] of Object.entries(words)) {
      const errno = code === "EACCES" ? -13 : -21;
      if (process.platform === "linux") {
        expect(describeFailure(system(code, errno)).message).toBe(`${text} (${code})`);
      }
    }
  });

  test("memory that cannot be had", () => {
    const error = caught(() => new Float64Array(2 ** 52));
    expect(describeFailure(error).message).toMatch(/^there is not enough memory for this \(/);
  });
});

describe("standard output", () => {
  test("a reader who left: nothing is said, and the code is the shell's for SIGPIPE", () => {
    expect(describeFailure(outputError(system("EPIPE", -32)))).toEqual({ message: "", code: 141 });
  });
  test.skipIf(process.platform !== "linux")("a full disk", () => {
    expect(describeFailure(outputError(system("ENOSPC", -28)))).toEqual({
      message: "standard output cannot be written: no space left on device (ENOSPC)",
      code: 1,
    });
  });
});

describe("where an error comes from", () => {
  const error = new CommandError("no", { cause: new Error("because") });
  const report = (debug: boolean): string => {
    let text = "";
    const terminal = { cwd: "", columns: 80, isTTY: false, colorDepth: 1, debug, entry: "", out: () => {} };
    reportFailure(error, {
      ...terminal,
      err: (some) => {
        text += some;
      },
    });
    return text;
  };
  test("is not said", () => {
    expect(report(false)).toBe("demo: no\n");
  });
  test("unless one asks", () => {
    expect(report(true)).toMatch(/^demo: no\nCommandError: no\n {4}at (.|\n)*because/);
  });
});
