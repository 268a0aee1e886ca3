import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compileFleet } from "../../src/config/compile-fleet.ts";
import { compilePool } from "../../src/config/compile-pool.ts";
import { compileScenario } from "../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../src/config/compiled-scenario.ts";
import { durationMs } from "../../src/config/go-duration.ts";
import {
  durationText,
  withoutDefaults,
  writtenFleet,
  writtenPool,
} from "../../src/config/written-objects.ts";
import type { CompiledFleet, CompiledPool } from "../../src/core/compiled.ts";
import { epochMs } from "../../src/core/units.ts";
import fc from "fast-check";

const FOLDER = join(import.meta.dirname, "../../simulations");
const NAMES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function scenarioOf(name: string): CompiledScenario {
  const text = readFileSync(join(FOLDER, name, "scenario.yaml"), "utf8");
  const compiled = compileScenario(parse(text));
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
  return compiled.value;
}

/** What an object is, apart from which one it is. */
const essence = (pool: CompiledPool) => ({ ...pool, uid: "", generation: 0, backend: null });

const fleetEssence = (fleet: CompiledFleet) => ({
  ...fleet,
  uid: "",
  generation: 0,
  candidate: null,
  signals: { ...fleet.signals, prometheus: null },
  schedule: fleet.schedule.map((window) => ({ ...window, name: "" })),
});

const EVER = { from: epochMs(0), until: epochMs(Date.parse("2100-01-01T00:00:00Z")) };

describe("written again, objects of a scenario mean what they did", () => {
  it.each(NAMES)("%s", (name) => {
    const { group, startsAt } = scenarioOf(name);
    const backend = { kind: "coreweave", name: "x" };
    for (const pool of group.pools) {
      const { name: poolName, ...spec } = writtenPool(pool);
      const compiled = compilePool({ metadata: { name: poolName }, spec: { backend, ...spec } });
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
      expect(essence(compiled.value)).toEqual(essence(pool));
    }
    for (const fleet of group.fleets) {
      const { name: fleetName, namespace, ...spec } = writtenFleet(fleet, EVER);
      const raw = { metadata: { name: fleetName, namespace }, spec };
      const compiled = compileFleet(raw, startsAt);
      if (!compiled.ok) throw new Error(JSON.stringify(compiled.errors));
      expect(fleetEssence(compiled.value)).toEqual(fleetEssence(fleet));
    }
  });
});

describe("what lies outside of the time that is written about", () => {
  const { group } = scenarioOf("launch-day");
  const [fleet] = group.fleets;

  it("is left out: occasions, and rules for other times", () => {
    if (fleet === undefined) throw new Error("the scenario has a fleet");
    const [from, until] = [epochMs(1_000_000_000_000), epochMs(1_000_003_600_000)];
    const window = { name: "x", readyFrom: from, from, until, floorRacks: null, factor: 2 };
    const when = { direction: null, minRacks: null, minUsdPerHour: null, during: [window] };
    const rule = { name: "night", when, approvers: 1, expiresAfterMs: fleet.drain.deadlineMs };
    const confirm = [{ ...rule, onExpiry: "Drop" as const }];
    const busy = { ...fleet, schedule: [window], confirm };
    expect(writtenFleet(busy, { from: until, until: epochMs(until + 1) })).toMatchObject({
      schedule: [],
      confirm: [],
    });
    expect(writtenFleet(busy, { from, until })).toMatchObject({
      schedule: [{ start: "2001-09-09T01:46:40", for: "1h", factor: "2" }],
      confirm: [{ name: "night", when: { during: [{ for: "1h", repeat: "Never" }] } }],
    });
  });
});

describe("durations", () => {
  it("are read as they were written", () => {
    fc.assert(fc.property(fc.nat({ max: 2e9 }), (ms) => durationMs(durationText(ms)) === ms));
  });

  it.each([
    [0, "0s"],
    [7_200_000, "2h"],
    [5_400_000, "90m"],
    [15_000, "15s"],
    [2_500, "2500ms"],
  ])("%d ms: %s", (ms, text) => expect(durationText(ms)).toBe(text));
});

describe("what a schema fills in anyway", () => {
  it("is left out, inside of lists and objects too", () => {
    const filled = { a: 1, b: { c: 2, d: 3 }, list: [{ e: 4, f: 5 }] };
    // Only d and f matter.
    const same = (value: unknown): boolean => /"d":3.*"f":5/.test(JSON.stringify(value));
    expect(withoutDefaults(filled, same)).toEqual({ b: { d: 3 }, list: [{ f: 5 }] });
  });
});
