import { describe, expect, it } from "vitest";
import { drainTraffic } from "../../../src/core/gate/drain-traffic.ts";
import type { PodObservation } from "../../../src/core/observation.ts";
import { MINUTE_MS, SECOND_MS, millis, ratio } from "../../../src/core/units.ts";
import { NOW, aLoad, aPod, aReading, someSignals } from "../../support/builders/observed.ts";
import type { SituationSpec } from "../../support/builders/situation.ts";
import { aSituation } from "../../support/builders/situation.ts";

const IN = { label: "route", ejectedAt: null };
const OUT = { label: "route", ejectedAt: NOW };

const rackWith = (...pods: readonly Partial<PodObservation>[]) => ({
  id: "rack-0",
  nodes: [],
  pods: pods.map((changes, n) => aPod(`p${n}`, "n", changes)),
});

/** 16 turns/s, 6,000 tokens each, half of them cached; 30 turns run. */
const of = (spec: SituationSpec = {}, ...pods: readonly Partial<PodObservation>[]) =>
  drainTraffic(
    aSituation({ ...spec, observed: { signals: someSignals(aLoad(16)), ...spec.observed } }),
    [rackWith(...pods)],
  );

const objective = { name: "ttft", metric: "TTFT" as const, share: ratio(0.99) };

describe("what a drain brings upon the rest of its fleet", () => {
  it("is the fleet's prompts and how many of them caches serve", () => {
    expect(of()).toMatchObject({ promptTokensPerSecond: 96_000, hitRate: 0.5, hold: null });
  });

  it.each([
    ["those that take turns", [{ route: IN }, { route: IN }], 2, 0],
    ["not those that are out, which are told apart", [{ route: IN }, { route: OUT }], 1, 1],
    ["not those that are not ready", [{ route: IN, ready: false }], 0, 0],
    ["not those that are ending", [{ route: IN, terminating: true }], 0, 0],
    ["not those without a route", [{}], 0, 0],
    ["not those that decode", [{ route: IN, role: "Decode" as const }], 0, 0],
    ["not another fleet's", [{ route: IN, fleet: "agents/writer" as const }], 0, 0],
  ] as const)("counts as units %s", (_, pods, units, ejected) => {
    const found = of({}, ...pods);
    expect([found.units, found.ejectedAt.length]).toEqual([units, ejected]);
  });

  it.each([
    ["inside its objective", 0.99, null],
    ["outside of it", 0.98, "eject-hold"],
  ] as const)("%s", (_, value, code) => {
    const objectives = [{ ...objective, matchers: {}, thresholdMs: millis(2_500) }];
    const share = aReading(value);
    const spec = { fleet: { objectives }, observed: { objectives: [{ name: "ttft", share }] } };
    expect(of(spec).hold?.code ?? null).toBe(code);
  });

  it.each([
    ["one turn waits at each engine", 2, null],
    ["more wait", 3, "eject-hold"],
  ] as const)("%s", (_, waitingTurns, code) => {
    const signals = someSignals({ ...aLoad(16), waitingTurns });
    const found = of({ observed: { signals } }, { route: IN }, { route: IN });
    expect(found.hold?.code ?? null).toBe(code);
  });

  it.each([
    ["4.6 times their mean by Little's law", { servedTurns: 1, runningTurns: 30 }, 138_155],
    ["never less than a minute", { servedTurns: 16, runningTurns: 30 }, MINUTE_MS],
    [
      "never more than a quarter of an hour",
      { servedTurns: 0.01, runningTurns: 30 },
      15 * MINUTE_MS,
    ],
    ["a minute where nothing is served", { servedTurns: 0, runningTurns: 30 }, MINUTE_MS],
  ])("waits for turns that no source shows %s", (_, changes, turnMs) => {
    const signals = someSignals({ ...aLoad(16), ...changes });
    expect(of({ observed: { signals } }).turnMs).toBe(turnMs);
  });

  it("trusts what a source shows after two scrapes", () => {
    expect(of().settleMs).toBe(30 * SECOND_MS);
  });
});
