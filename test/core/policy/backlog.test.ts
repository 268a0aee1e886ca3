import { expect, it } from "vitest";
import { backlogPerSecond } from "../../../src/core/policy/backlog.ts";

it("a backlog is worked off within four minutes", () => {
  expect(backlogPerSecond(0)).toBe(0);
  expect(backlogPerSecond(480)).toBe(2);
});
