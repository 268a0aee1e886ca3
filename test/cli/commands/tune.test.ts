import { Command } from "commander";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { addTune } from "../../../src/cli/commands/tune.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

let printed: string[] = [];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => vi.restoreAllMocks());

function run(...argv: readonly string[]): unknown {
  const program = new Command("breakwater").exitOverride().configureOutput({ writeErr: () => {} });
  addTune(program);
  try {
    program.parse(["tune", ...argv], { from: "user" });
    return null;
  } catch (error) {
    return error;
  }
}

it("tune shows what a built-in profile is made of", () => {
  expect(run("--profile", "dsr1-fp4-gb200", "--format", "json")).toBeNull();
  expect(JSON.parse(printed[0] ?? "")).toMatchObject({ name: "dsr1-fp4-gb200" });
});

it.each(["mine", "", "__proto__", "constructor"])("tune knows no profile %j", (name) => {
  const error = run("--profile", name);
  expect(error).toBeInstanceOf(UsageError);
  expect(String(error)).toContain(`found "${name}", expected one of dsr1-fp4-gb200`);
  expect(printed).toEqual([]);
});
