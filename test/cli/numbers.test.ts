import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import {
  portNumber,
  positiveNumber,
  positiveWholeNumber,
  seedNumber,
  wholeNumberTo,
} from "../../src/cli/numbers.ts";

describe("a number on the command line", () => {
  it.each([
    ["--speed 60", positiveNumber, "60", 60],
    ["--speed 0.5", positiveNumber, "0.5", 0.5],
    ["--seed 0", seedNumber, "0", 0],
    ["--seed 4294967295", seedNumber, "4294967295", 4_294_967_295],
    ["--workers 2", positiveWholeNumber, "2", 2],
    ["--seeds 1000", wholeNumberTo(1_000), "1000", 1_000],
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
    [
      "--seed",
      seedNumber,
      ["-1", "1.5", "1e3", "0x10", "4294967296", "x", "", " "],
      "a whole number from 0 to 4294967295.",
    ],
    ["--workers", positiveWholeNumber, ["0", "-1", "1e3", "x", ""], "a whole number above 0."],
    ["--seeds", wholeNumberTo(9), ["0", "10", "0x2", "x", ""], "a whole number from 1 to 9."],
    ["--port", portNumber, ["65536", "-1", "80.5", "http", "", " "], "a port from 0 to 65535."],
  ])("%s refuses what is none, and says what it expects", (_, read, texts, expected) => {
    for (const text of texts) {
      const refused = new InvalidArgumentError(`found "${text}", expected ${expected}`);
      expect(() => read(text)).toThrow(refused);
    }
  });
});
