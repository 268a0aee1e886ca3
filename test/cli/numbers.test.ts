import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import { portNumber, positiveNumber, wholeNumber } from "../../src/cli/numbers.ts";

describe("a number on the command line", () => {
  it.each([
    ["--speed 60", positiveNumber, "60", 60],
    ["--speed 0.5", positiveNumber, "0.5", 0.5],
    ["--seed 0", wholeNumber, "0", 0],
    ["--seed 42", wholeNumber, "42", 42],
    ["--port 0", portNumber, "0", 0],
    ["--port 65535", portNumber, "65535", 65_535],
  ])("%s", (_, read, text, value) => {
    expect(read(text)).toBe(value);
  });

  it.each([
    [
      "--speed",
      positiveNumber,
      ["0", "-1", "fast", "Infinity", "NaN", "", " "],
      "a number above 0.",
    ],
    ["--seed", wholeNumber, ["-1", "1.5", "1e300", "x", "", " "], "a whole number from 0."],
    ["--port", portNumber, ["65536", "-1", "80.5", "http", "", " "], "a port from 0 to 65535."],
  ])("%s refuses what is none, and says what it expects", (_, read, texts, expected) => {
    for (const text of texts) {
      const refused = new InvalidArgumentError(`found "${text}", expected ${expected}`);
      expect(() => read(text)).toThrow(refused);
    }
  });
});
