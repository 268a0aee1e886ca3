import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../support/bundled.ts";
import type { SwarmReport } from "../support/runs/swarm-run.ts";

const SEEDS = 50;

let swarmOf: (seed: number) => Promise<SwarmReport> = () =>
  Promise.reject(new Error("the run is not bundled"));
beforeAll(async () => {
  const run = join(import.meta.dirname, "..", "support", "runs", "swarm-run.ts");
  ({ swarmOf } = await import(await bundled(run)));
});

describe(`${SEEDS} seeds of a swarm of faults`, () => {
  const seeds = Array.from({ length: SEEDS }, (_, n) => 1_000 + n);

  it.each(seeds)(
    "SEED=%i: no invariant breaks, and the fleet settles once faults stop",
    async (seed) => {
      const { cordoned, failures, intents, last } = await swarmOf(seed);
      expect(failures.filter((code) => code.startsWith("INV"))).toEqual([]);
      const open = intents.filter(({ phase }) => ["Pending", "Approved"].includes(phase));
      expect(open).toEqual([]);
      const draining = intents.filter(({ phase }) => phase === "Executing").map(({ rack }) => rack);
      expect(draining.length).toBeLessThanOrEqual(1);
      expect(cordoned.filter((id) => !draining.includes(id))).toEqual([]);
      const [fleet] = last?.observation.fleets ?? [];
      expect(fleet?.objectives.map(({ share }) => share)).toMatchObject([
        { kind: "value", value: expect.toSatisfy((share: number) => share >= 0.95) },
        { kind: "value", value: expect.toSatisfy((share: number) => share >= 0.95) },
      ]);
    },
  );

  it("strikes: ticks fail, writes fail, and yet racks are asked for and given back", async () => {
    const runs = await Promise.all(seeds.slice(0, 12).map(swarmOf));
    expect(Math.min(...runs.map(({ failures }) => failures.length))).toBeGreaterThan(5);
    const written = new Set(runs.flatMap((run) => run.written));
    for (const kind of ["OpenIntent", "SetPhase", "SetCount", "Cordon", "Evict"]) {
      expect(written).toContain(`${kind} applied`);
    }
    expect([...written].some((entry) => entry.endsWith(" failed"))).toBe(true);
  });
});
