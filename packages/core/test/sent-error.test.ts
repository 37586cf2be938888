/** Errors that go to another thread and come back. */
import { describe, expect, test } from "vitest";
import { Corr2dError, fromSentError, toSentError } from "../src/index.ts";

const there = (thrown: unknown): Error => fromSentError(structuredClone(toSentError(thrown)));

describe("an error that another thread sent", () => {
  test("keeps its code and details", () => {
    const error = there(new Corr2dError("INDEX_OUT_OF_RANGE", "past the end", { index: 7 }));
    expect(Corr2dError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({
      code: "INDEX_OUT_OF_RANGE",
      message: "past the end",
      details: { index: 7 },
    });
  });

  test("leaves details behind that cannot be copied", () => {
    expect(there(new Corr2dError("INTERNAL", "x", { f: () => 1 }))).toMatchObject({ details: {} });
  });

  test("keeps another class's name and text, and says where it was thrown", () => {
    const error = there(new RangeError("too far"));
    expect(String(error)).toBe("RangeError: too far");
    expect(error.stack).toContain("sent-error.test");
    expect(error.stack).toMatch(/in a worker$/);
  });

  test.each([
    ["text", "text"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "an object"],
  ])("is an error where %o was thrown", (thrown, message) => {
    expect(there(thrown)).toMatchObject({ name: "Error", message });
  });

  test("whose members are no texts", () => {
    const odd = Object.assign(new Error("x"), { name: Symbol("odd"), stack: 5 });
    expect(there(odd).message).not.toBe("");
  });

  test.each([[undefined], [{}], [{ name: "x", message: "y", stack: Symbol("z"), details: {} }]])(
    "is refused where it is none: %o",
    (sent) => {
      expect(() => fromSentError(sent as never)).toThrow("expected what toSentError gives");
    },
  );
});
