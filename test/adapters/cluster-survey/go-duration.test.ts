import { expect, it } from "vitest";
import { goDurationMs } from "../../../src/adapters/cluster-survey/go-duration.ts";

it.each([
  ["600s", 600_000],
  ["10m0s", 600_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  ["0", 0],
  ["0s", 0],
  ["", null],
  ["soon", null],
  ["10", null],
])("%s is %s ms", (text, ms) => {
  expect(goDurationMs(text)).toBe(ms);
});
