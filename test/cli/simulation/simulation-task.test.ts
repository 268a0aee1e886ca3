import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runTask } from "../../../src/cli/simulation/simulation-task.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

const SIMULATIONS = join(fileURLToPath(import.meta.url), "../../../../simulations");

describe("a task that cannot be run", () => {
  it.each([
    ["clairvoyant", "loan-bridge", "found racks on loan, expected one fleet on one pool"],
    ["causal-reference", "loan-reclaim", "found racks on loan, expected one fleet on one pool"],
    ["clairvoyante", "flash-crowd", 'policy "clairvoyante" is not known'],
  ])("is wrong use: %s on %s", async (policy, scenario, text) => {
    const task = { file: join(SIMULATIONS, scenario, "scenario.yaml"), policy, seed: 1 };
    const refused = runTask(task);
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(text);
  });
});
