import { describe, expect, it } from "vitest";
import { quantityOf } from "../../../src/adapters/kubernetes/quantity.ts";
import { matchesSelector } from "../../../src/adapters/kubernetes/selector.ts";

const LABELS = { app: "engine", role: "decode" };

describe("a label selector", () => {
  it.each([
    ["equal", { matchLabels: { app: "engine" } }, true],
    ["one differs", { matchLabels: { app: "engine", role: "prefill" } }, false],
    ["empty: nothing, not everything", {}, false],
    ["In", { matchExpressions: [{ key: "role", operator: "In", values: ["decode"] }] }, true],
    [
      "NotIn",
      { matchExpressions: [{ key: "role", operator: "NotIn", values: ["decode"] }] },
      false,
    ],
    ["Exists", { matchExpressions: [{ key: "role", operator: "Exists" }] }, true],
    ["DoesNotExist", { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }, false],
    ["an unknown operator", { matchExpressions: [{ key: "app", operator: "Like" }] }, false],
  ])("%s", (_what, selector, expected) => {
    expect(matchesSelector(selector, LABELS)).toBe(expected);
  });
});

describe("a quantity of devices", () => {
  it.each([
    ["4", 4],
    ["", 0],
    ["4000m", 4],
    ["1k", 1000],
    ["four", 0],
  ])("%s", (text, expected) => {
    expect(quantityOf(text)).toBe(expected);
  });
});
