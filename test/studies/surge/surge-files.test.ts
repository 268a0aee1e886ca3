import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compileOverride } from "../../../src/config/compile-override.ts";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import { epochMs } from "../../../src/core/units.ts";
import { floorOf, saferHeadrooms } from "../../../src/studies/surge/guardrails.ts";
import type { Guardrail, SurgeRun } from "../../../src/studies/surge/guardrails.ts";
import type { RecordedSurge } from "../../../src/studies/surge/record-surge.ts";
import { surgeBounds } from "../../../src/studies/surge/surge-bounds.ts";
import { surgeFiles, verdictText } from "../../../src/studies/surge/surge-files.ts";
import { surgeScenario } from "../../../src/studies/surge/surge-scenario.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";

const FROM = epochMs(Date.parse("2026-11-02T00:00:00Z"));
const HOUR = 3_600_000;
const SURGE = {
  from: epochMs(FROM + HOUR),
  until: epochMs(FROM + 2 * HOUR),
  missed: ["agents/coder ttft"],
  worstShare: 0.8,
};
const GROUP = aSmallGroup();
const recorded = { interventions: 0, fleets: [] };
const BLOCK = {
  from: FROM,
  until: epochMs(FROM + 3 * HOUR),
  group: GROUP,
  startRacks: { "gb200-east": 3 },
  demand: [
    {
      fleet: "agents/coder" as const,
      minutes: [{ at: FROM, turnsPerSecond: 2 }],
      promptTokensPerTurn: null,
      outputTokensPerTurn: null,
      turnSeconds: null,
    },
  ],
  recorded,
  gpuHours: 0,
};
const MODEL = { profile: "coding-agent", turnsByAge: [40, 20], scale: 1 } as const;
const SCENARIO = surgeScenario("surge", BLOCK, MODEL);

const run = (seed: number, attainment: number, outsideMinutes: number): SurgeRun => ({
  seed,
  attainment,
  outsideMinutes,
  offered: 1_000,
  gpuHours: 100,
});
const WITHOUT = [run(1, 0.9, 60), run(2, 0.92, 40)];
const GUARDED = [run(1, 0.97, 5), run(2, 0.96, 8)];

function surgeOf(guardrail: Guardrail | null, without = WITHOUT): RecordedSurge {
  const [fleet] = GROUP.fleets;
  if (fleet === undefined) throw new Error("the group has a fleet");
  const document = SCENARIO.document(SCENARIO.fleets);
  const tried = guardrail === null ? [] : [{ guardrail, runs: GUARDED }];
  const [only] = tried;
  const guarded = guardrail && SCENARIO.document([guardrail.fleet]);
  const best = only && guarded ? { ...only, document: guarded } : null;
  const rest = { surge: SURGE, block: BLOCK, scenario: SCENARIO, watched: [] };
  return { ...rest, document, without, fleet, tried, best };
}

const [WRITTEN = {}] = SCENARIO.fleets;
const FLOOR = floorOf(WRITTEN, 6, SURGE);
const [SAFE = FLOOR] = saferHeadrooms(WRITTEN, "Balanced");

const within = (surge: RecordedSurge, { attainment, outsideMinutes }: SurgeRun): boolean =>
  surgeBounds(surge).every(({ path, min = -Infinity, max = Infinity }) => {
    if (path === "slo.attainment") return attainment >= min;
    return path !== "slo.violationSeconds" || outsideMinutes * 60 <= max;
  });

const fileOf = (surge: RecordedSurge, name: string): string =>
  surgeFiles(surge).find((file) => file.name === name)?.text ?? "";

describe("the files of a surge", () => {
  it("are a scenario that compiles, with the recorded policy, racks and rates", () => {
    const compiled = compileScenario(parse(fileOf(surgeOf(null), "scenario.yaml")));
    expect(compiled).toMatchObject({
      ok: true,
      value: {
        durationMs: 3 * HOUR,
        startsAt: FROM,
        world: { supply: [{ startRacks: 3 }], warmupMs: 2 * HOUR },
        group: { fleets: [{ key: "agents/coder", racks: GROUP.fleets[0]?.racks }] },
      },
    });
    const rates = fileOf(surgeOf(null), "sessions-agents-coder.csv").split("\n");
    expect(rates[0]).toBe("t_s,req_per_s");
    expect(rates.length).toBeGreaterThan(5 * 60);
  });

  it("with a guardrail are those of a floor as an override, of a field as a patch", () => {
    const floor = surgeOf(FLOOR);
    expect(compileOverride(parse(fileOf(floor, "guardrail.yaml")))).toMatchObject({
      ok: true,
      value: { fleet: "agents/coder", override: { floorRacks: 6 } },
    });
    expect(compileScenario(parse(fileOf(floor, "guarded.yaml")))).toMatchObject({
      value: { group: { fleets: [{ schedule: [{ floorRacks: 6 }] }] } },
    });
    const safe = surgeOf(SAFE);
    expect(parse(fileOf(safe, "guardrail.yaml"))).toEqual({ spec: { headroom: "Safe" } });
    expect(compileScenario(parse(fileOf(safe, "guarded.yaml")))).toMatchObject({
      value: { group: { fleets: [{ headroom: "Safe" }] } },
    });
  });

  it("ask for what the guardrail attains, which the recorded policy misses with any seed", () => {
    const surge = surgeOf(FLOOR);
    expect(GUARDED.map((each) => within(surge, each))).toEqual([true, true]);
    expect(WITHOUT.map((each) => within(surge, each))).toEqual([false, false]);
  });

  it("without one ask that it does not become worse", () => {
    const surge = surgeOf(null);
    expect(surgeFiles(surge).map(({ name }) => name)).not.toContain("guarded.yaml");
    expect(WITHOUT.map((each) => within(surge, each))).toEqual([true, true]);
    expect(within(surge, run(1, 0.8, 60))).toBe(false);
    expect(within(surge, run(1, 0.95, 90))).toBe(false);
    expect(verdictText(surge)).toContain("Nothing that was tried on agents/coder");
  });

  it("say so where the simulation does not miss it", () => {
    expect(verdictText(surgeOf(null, [run(1, 0.99, 0), run(2, 0.98, 4)]))).toContain(
      "does not miss it in every run",
    );
  });
});
