import { describe, expect, it } from "vitest";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { compilePool } from "../../src/config/compile-pool.ts";
import { fleetProblems } from "../../src/config/fleet-problems.ts";
import { SIGNAL_TABLES } from "../../src/core/profiles/signal-tables.ts";
import { epochMs } from "../../src/core/units.ts";
import { type Raw, rawFleet, rawPool } from "../support/raw-objects.ts";

const bucketsSeconds = { TTFT: [0.5, 1, 2.5, 5], ITL: [0.025, 0.05, 0.075] };

function problemsOf(fleetSpec: Raw, poolSpec: Raw = {}): readonly string[] {
  const fleet = compileFleet(rawFleet(fleetSpec), epochMs(0));
  const pool = compilePool(rawPool(poolSpec));
  if (!fleet.ok || !pool.ok) throw new Error(JSON.stringify([fleet, pool]));
  const found = fleetProblems(fleet.value, { pools: [pool.value], bucketsSeconds });
  return found.map(({ code, text }) => `${code}: ${text}`);
}

const objective = (metric: string, threshold: string) => ({
  objectives: [{ name: "o", metric, threshold, share: "0.99" }],
});
const budget = { budget: { usdPerDay: "20000" } };
const reserved = (committedRacks: number) => ({ supply: { kind: "Reserved", committedRacks } });

describe("problems between objects", () => {
  const none: readonly (readonly [string, Raw, Raw])[] = [
    ["a listed fleet", {}, {}],
    ["a budget within the commitment", budget, reserved(8)],
    ["a budget with a price", budget, { price: { usdPerRackHour: "756" } }],
    ["a threshold on a bound", objective("ITL", "50ms"), {}],
  ];
  it.each(none)("none: %s", (_name, fleet, pool) => {
    expect(problemsOf(fleet, pool)).toEqual([]);
  });

  const some: readonly (readonly [string, Raw, Raw, readonly string[]])[] = [
    [
      "a pool that does not list the fleet",
      {},
      { consumers: [{ fleet: { namespace: "agents", name: "chat" }, max: 8 }] },
      [
        "not-a-consumer:",
        "InferenceFleet agents/coder spec.pools[0].name: found RackPool gb200-a",
        "{fleet: {namespace: agents, name: coder}}",
      ],
    ],
    [
      "a namesake in another namespace",
      {},
      { consumers: [{ fleet: { namespace: "other", name: "coder" }, max: 8 }] },
      ["not-a-consumer:"],
    ],
    [
      "a pool that does not exist",
      { pools: [{ name: "gb200-z" }] },
      {},
      ["pool-unknown:", "spec.pools[0].name: found gb200-z, expected the name of a valid RackPool"],
    ],
    [
      "a budget above the commitment without a price",
      budget,
      reserved(7),
      ["price-unknown:", "RackPool gb200-a spec.price.usdPerRackHour: found nothing"],
    ],
    [
      "a budget on everything without a price",
      { budget: { usdPerDay: "1", appliesTo: "Everything" } },
      reserved(8),
      ["price-unknown:"],
    ],
    [
      "a threshold between bounds",
      objective("TTFT", "2s"),
      {},
      [
        "objective-unmeasurable:",
        "spec.objectives[0].threshold: found 2s, expected a bound of the engine's TTFT histogram",
        "nearest 1s or 2.5s",
      ],
    ],
    ["a threshold above all bounds", objective("ITL", "1s"), {}, ["nearest 0.075s."]],
    ["a threshold below all bounds", objective("ITL", "1ms"), {}, ["nearest 0.025s."]],
  ];
  it.each(some)("%s", (_name, fleet, pool, expected) => {
    const found = problemsOf(fleet, pool);
    expect(found).toHaveLength(1);
    for (const part of expected) expect(found[0]).toContain(part);
  });
});

describe("a threshold of 2.5 s, which is a bound of some engines' histograms", () => {
  it.each([
    ["vllm", []],
    ["trtllm", []],
    ["sglang", [expect.stringContaining("nearest 2s or 4s")]],
    ["dynamo", [expect.stringContaining("nearest 2.2s or 4.7s")]],
  ] as const)("with %s", (profile, expected) => {
    const fleet = compileFleet(rawFleet(objective("TTFT", "2500ms")), epochMs(0));
    const pool = compilePool(rawPool({}));
    if (!fleet.ok || !pool.ok) throw new Error(JSON.stringify([fleet, pool]));
    const found = fleetProblems(fleet.value, {
      pools: [pool.value],
      bucketsSeconds: SIGNAL_TABLES[profile].bucketsSeconds,
    });
    expect(found.map(({ text }) => text)).toEqual(expected);
  });
});
