import { expect, it } from "vitest";
import { reasonOf } from "../../src/cli/system-error.ts";

it.each([
  [new Error("ENOENT: no such file or directory, open '/a/b'"), "no such file or directory"],
  [new Error("EISDIR: illegal operation on a directory, read"), "illegal operation on a directory"],
  [new Error("EXDEV: not one device, rename '/a, b' -> '/c'"), "not one device"],
  [new Error("Something else"), "Something else"],
  ["text", "text"],
])("what the system says of %s", (cause, words) => {
  expect(reasonOf(cause)).toBe(words);
});
