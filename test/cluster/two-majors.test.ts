/**
 * Simulated decisions, with people who answer and with loans that are called back, decided again on
 * this Node and on a newer major. `npm run bench:replay` does 10,000 of ten scenarios; the other
 * files here do so with what real controllers decided.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { nodeMajors } from "../support/cluster-world/redecide.ts";
import { toolsOrSkip } from "../support/control-plane/tools.ts";

const missing = toolsOrSkip(["node-24"]);
const ROOT = join(import.meta.dirname, "..", "..");
const RECORDS = 2_500;
const SCENARIOS = ["slow-approver", "loan-reclaim"];

it.skipIf(missing !== "")(`simulated decisions come out the same on two majors ${missing}`, () => {
  const nodes = nodeMajors();
  const flags = [
    ...nodes.map((node) => `--node=${node}`),
    ...SCENARIOS.map((name) => `--scenario=${name}`),
  ];
  const args = ["bench/replay.mjs", `--records=${RECORDS}`, ...flags];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    encoding: "utf8",
  });
  console.log(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(nodes.length);
  const said = lines.map((line) => /^v(\d+)\S+ (\d+) of (\d+) decisions again/.exec(line));
  for (const [, , again, of] of said.map((found) => found ?? [])) {
    expect(again).toBe(of);
    expect(Number(again)).toBeGreaterThanOrEqual(RECORDS);
  }
  expect(new Set(said.map((found) => found?.[1])).size, "two majors").toBe(2);
});
