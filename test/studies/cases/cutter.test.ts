import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { readDocument } from "../../../src/config/written-document.ts";
import type { CutCase } from "../../../src/studies/cases/case-document.ts";
import { FLEET_RACKS } from "../../../src/studies/cases/case-document.ts";
import type { CaseSource } from "../../../src/studies/cases/case-sources.ts";
import { cutCases } from "../../../src/studies/cases/cutter.ts";
import { SCENARIO_TEXT } from "../../support/a-scenario.ts";

const HOUR_MS = 3_600_000;

/** A recorded rate that is 3 between 10 and 12 o'clock of its only day, and 1 otherwise. */
const RATES = Array.from({ length: 288 }, (_, at) => ({
  atSeconds: 300 * at,
  perSecond: at >= 120 && at < 144 ? 3 : 1,
}));

const SOURCES: readonly CaseSource[] = [
  { kind: "rates", path: "/recorded/rates.csv", format: "rate-csv", rates: RATES },
  { kind: "sessions", path: "/recorded/s.jsonl", format: "agent-sessions", turnsPerSession: 68 },
  {
    kind: "turns",
    path: "/recorded/turns.jsonl",
    format: "mooncake",
    spanSeconds: 3_600,
    coldTokensPerSecond: 24_000,
  },
];

const cut = (count: number, seed = 1): readonly CutCase[] =>
  cutCases({ seed, count, sources: SOURCES });

/** As `simulate` would read it from its file. */
function compiled({ document }: CutCase): CompiledScenario {
  const read = readDocument(JSON.stringify(document), compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  return read.value;
}

describe("cases", () => {
  it("are the same for the same seed, however many are cut", () => {
    expect(cut(20).slice(0, 7)).toEqual(cut(7));
  });

  it("are others for another seed", () => {
    const documents = (seed: number) => cut(7, seed).map(({ document }) => document["spec"]);
    expect(documents(2)).not.toEqual(documents(1));
  });

  it("do not depend on the order in which sources were found", () => {
    const turned = cutCases({ seed: 1, count: 12, sources: SOURCES.toReversed() });
    expect(turned).toEqual(cut(12));
  });

  it("are scenarios that simulate can run, under their own names, for any seed", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
        for (const each of cut(18, seed)) expect(compiled(each).name).toBe(each.name);
      }),
      { numRuns: 8 },
    );
  });

  it("come in every family that has a source, in turns", () => {
    const families = cut(12).map(({ family }) => family);
    const once = ["step", "hit-loss", "launch", "storm", "day", "recording"];
    expect(families).toEqual([...once, ...once]);
    const without = cutCases({ seed: 1, count: 5, sources: [] });
    expect(without.map(({ family }) => family)).toEqual(once.slice(0, 5));
  });

  it("give every family every size of fleet, and both forms of engines and think times", () => {
    const many = cut(180);
    for (const family of ["step", "hit-loss", "launch", "storm", "day"]) {
      const own = many.filter((each) => each.family === family);
      expect(new Set(own.map(({ racks }) => racks))).toEqual(new Set(FLEET_RACKS));
      expect(new Set(own.map(({ engine }) => engine)).size).toBe(2);
      expect(new Set(own.map(({ think }) => think))).toEqual(new Set(["short", "long"]));
    }
  });

  it("last two to six hours, but for the whole days of small fleets", () => {
    for (const each of cut(90)) {
      const hours = (compiled(each).durationMs ?? 0) / HOUR_MS;
      const wholeDay = each.family === "day" && each.racks === 4;
      expect(hours, each.name).toBeGreaterThanOrEqual(wholeDay ? 24 : 1.5);
      expect(hours, each.name).toBeLessThanOrEqual(wholeDay ? 24 : 6);
    }
  });

  it("draw the engines of every world away from what the policy believes", () => {
    for (const each of cut(60)) {
      const { group, world } = compiled(each);
      expect(world.engines.map(({ perturb }) => perturb)).toEqual([0.2]);
      const believed = group.fleets.map(({ model }) => model.profile);
      const real = world.engines.map(({ profile }) => profile);
      expect(real.join() === believed.join()).toBe(each.engine === "drawn away");
    }
  });

  it("step x2 to x10 within 1 to 30 minutes", () => {
    for (const each of cut(240).filter(({ family }) => family === "step")) {
      const [shape] = compiled(each).world.traffic[0]?.shape ?? [];
      expect(shape?.factor).toBeGreaterThanOrEqual(2);
      expect(shape?.factor).toBeLessThanOrEqual(10);
      expect(shape?.rampMs).toBeGreaterThanOrEqual(60_000);
      expect(shape?.rampMs).toBeLessThanOrEqual(30 * 60_000);
    }
  });

  it("lose hits only where the fault is, and then at the peak", () => {
    for (const each of cut(120)) {
      const { faults, traffic } = compiled(each).world;
      expect(faults).toHaveLength(each.family === "hit-loss" ? 1 : 0);
      const [shape] = traffic[0]?.shape ?? [];
      const topFrom = (shape?.atMs ?? 0) + (shape?.rampMs ?? 0);
      for (const { atMs } of faults) expect(atMs).toBeGreaterThanOrEqual(topFrom);
    }
  });

  it("count a launch that is in the schedule apart, and no other", () => {
    for (const each of cut(120)) {
      const scheduled = compiled(each).group.fleets.some(({ schedule }) => schedule.length > 0);
      expect(each.extras, each.name).toBe(scheduled);
    }
  });

  it("have the racks that the top of a recorded rate needs, wherever its window lies", () => {
    const found = cut(240).filter(({ document }) => JSON.stringify(document).includes("rates.csv"));
    expect(found.length).toBeGreaterThan(10);
    const mean = (264 * 1 + 24 * 3) / 288;
    for (const each of found) {
      const { durationMs, group, world } = compiled(each);
      const [source] = world.traffic.map((traffic) => traffic.source);
      if (source?.kind !== "rate") throw new Error("no rate");
      const [from, to] = [source.offsetMs, source.offsetMs + (durationMs ?? 0) + 2 * HOUR_MS];
      // The recording's high hours are those from 10 to 12.
      const top = from < 12 * HOUR_MS && to > 10 * HOUR_MS ? 3 : 1;
      const [workload] = group.fleets[0]?.workloads ?? [];
      const units = (each.racks ?? 0) * (workload?.unitsPerRack ?? 0);
      const perUnit = (source.meanSessionsPerHour * top) / mean / units;
      expect(perUnit, each.name).toBeGreaterThan(4);
      expect(perUnit, each.name).toBeLessThan(6.1);
    }
  });
});

describe("windows of committed scenarios", () => {
  const scenario = (changes: (text: string) => string): CaseSource => {
    const read = readDocument(changes(SCENARIO_TEXT), (raw) => ({ ok: true, value: raw }));
    if (!read.ok || typeof read.value !== "object" || read.value === null) throw new Error("yaml");
    return { kind: "scenario", name: "surge", document: { ...read.value } };
  };
  const windows = (changes: (text: string) => string): readonly CutCase[] =>
    cutCases({ seed: 1, count: 60, sources: [scenario(changes)] }).filter(
      ({ family }) => family === "scenario",
    );

  it("have another seed and engines drawn away, and all of what happens", () => {
    const later = (text: string) => text.replace("at: 30m", "at: 3h").replace("2h", "12h");
    const found = windows(later);
    expect(found).toHaveLength(10);
    for (const each of found) {
      const { durationMs, seeds, world } = compiled(each);
      const [shape] = world.traffic[0]?.shape ?? [];
      expect(shape).toMatchObject({ factor: 4, rampMs: 120_000 });
      expect(shape?.atMs).toBeGreaterThanOrEqual(HOUR_MS);
      expect(shape?.atMs).toBeLessThanOrEqual(3 * HOUR_MS);
      expect(durationMs).toBe(6 * HOUR_MS);
      expect(seeds).not.toEqual([1]);
    }
    const starts = found.map((each) => compiled(each).startsAt);
    expect(new Set(starts).size).toBeGreaterThan(1);
  });

  it("move an event as much earlier as they begin later", () => {
    const [first] = windows((text) => text.replace("at: 30m", "at: 3h").replace("2h", "12h"));
    if (first === undefined) throw new Error("no window");
    const { startsAt, world } = compiled(first);
    const [shape] = world.traffic[0]?.shape ?? [];
    const began = Date.parse("2026-11-30T00:00:00Z");
    expect(startsAt + (shape?.atMs ?? 0)).toBe(began + 3 * HOUR_MS);
  });

  it("are counted apart with a schedule, and not cut where people must confirm", () => {
    const scheduled = (text: string) =>
      text.replace(
        "objectives:",
        'schedule: [{ name: l, start: "2026-11-30T01:00:00", for: 1h, floorRacks: 3 }]\n' +
          "      objectives:",
      );
    expect(windows(scheduled).every(({ extras }) => extras)).toBe(true);
    expect(windows((text) => text).some(({ extras }) => extras)).toBe(false);
    const asked = (text: string) =>
      text.replace("racks: { min: 2, max: 8 }", "mode: { scaleOut: Approve }");
    expect(windows(asked)).toEqual([]);
  });
});
