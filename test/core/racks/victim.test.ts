import { describe, expect, it } from "vitest";
import type { RackPhase, RackSummary } from "../../../src/core/decision.ts";
import type { EngineReading, RackObservation } from "../../../src/core/observation.ts";
import { chooseVictim } from "../../../src/core/racks/victim.ts";
import { ratio } from "../../../src/core/units.ts";
import { CODER, NOW, aPod, aRack } from "../../support/builders/observed.ts";
import { aRackOf, someMembers } from "../../support/builders/object-sets.ts";
import { rackOf } from "../../support/reports/report.ts";

interface Candidate {
  readonly id: string;
  readonly phase?: RackPhase;
  readonly degraded?: boolean;
  readonly pods?: RackObservation["pods"];
}

const YOUNG = aRack("any", { pod: { readySince: NOW } }).pods;

const chosen = (...candidates: readonly Candidate[]): string | null => chosenBy([], candidates);

function chosenBy(
  engines: readonly EngineReading[],
  candidates: readonly Candidate[],
): string | null {
  const racks = candidates.map(({ id, pods }) => ({ ...aRack(id), ...(pods && { pods }) }));
  const summaries = candidates.map(
    ({ id, phase = "Serving", degraded = false }): RackSummary => rackOf(id, phase, { degraded }),
  );
  return chooseVictim(racks, summaries, { fleet: CODER, engines })?.id ?? null;
}

describe("the rack to give back", () => {
  it.each([
    [
      "an idle one",
      [
        { id: "a", phase: "Starting" },
        { id: "b", phase: "Idle", pods: [] },
      ],
    ],
    [
      "else a degraded one",
      [
        { id: "a", phase: "Warming" },
        { id: "b", degraded: true },
      ],
    ],
    [
      "else one that only starts",
      [
        { id: "a", phase: "Warming" },
        { id: "b", phase: "Starting" },
      ],
    ],
    ["else the coldest", [{ id: "a" }, { id: "b", phase: "Warming" }]],
    ["else the one that has served for the shortest time", [{ id: "a" }, { id: "b", pods: YOUNG }]],
    ["else the first by name", [{ id: "c" }, { id: "b" }]],
  ] as const)("is %s", (_, candidates) => {
    expect(chosen(...candidates)).toBe("b");
  });

  it.each([
    ["already leaves", { id: "a", phase: "Draining" }],
    ["is being repaired", { id: "a", phase: "Repairing" }],
    ["is joining", { id: "a", phase: "Joining" }],
    ["is on loan", { id: "a", phase: "Loaned" }],
    ["has no domain label", { id: "unlabelled" }],
    ["runs a stranger's pod", { id: "a", pods: [aPod("p", "n", { fleet: null })] }],
    ["runs another fleet's", { id: "a", pods: [aPod("p", "n", { fleet: "agents/writer" })] }],
  ] as const)("is never one that %s", (_, candidate) => {
    expect(chosen(candidate)).toBeNull();
  });

  it("is none without racks", () => {
    expect(chosen()).toBeNull();
  });
});

describe("the rack to give back where a source shows its engines", () => {
  const engine = (pod: string, shown: Partial<EngineReading>): EngineReading => ({
    pod,
    role: "Aggregated",
    waitingTurns: 0,
    kvUsage: ratio(0.5),
    kvTokens: 1e6,
    ...shown,
  });
  const a = { id: "a", pods: [aPod("a1", "a-n0"), aPod("a2", "a-n1")] };
  const b = { id: "b", pods: [aPod("b1", "b-n0")] };

  it.each([
    [
      "whose cache served less",
      [{ cachedTokensPerSecond: 9 }, { cachedTokensPerSecond: 9 }, { cachedTokensPerSecond: 17 }],
    ],
    [
      "that is less busy, where the cache is not shown",
      [{ runningTurns: 1 }, { runningTurns: 1 }, { runningTurns: 1 }],
    ],
    [
      "of the cache's choice, however busy",
      [
        { cachedTokensPerSecond: 9, runningTurns: 0 },
        { cachedTokensPerSecond: 9, runningTurns: 0 },
        { cachedTokensPerSecond: 17, runningTurns: 5 },
      ],
    ],
  ] as const)("is the one %s", (_, shown) => {
    const engines = ["a1", "a2", "b1"].map((pod, n) => engine(pod, shown[n] ?? {}));
    expect(chosenBy(engines, [a, b])).toBe("b");
  });

  it("goes by age where one engine is not shown", () => {
    const engines = [engine("a1", { runningTurns: 0 }), engine("b1", { runningTurns: 5 })];
    const young = { id: "b", pods: [aPod("b1", "b-n0", { readySince: NOW })] };
    expect(chosenBy(engines, [a, young])).toBe("b");
  });

  it("is a degraded one before all that", () => {
    const engines = ["a1", "a2", "b1"].map((pod) => engine(pod, { runningTurns: 3 }));
    expect(chosenBy(engines, [{ ...a, degraded: true }, b])).toBe("a");
  });
});

describe("the rack of an object set to give back", () => {
  /** `b` would be the cheapest to lose. */
  const among = (a: string | null, b: string | null): string | null => {
    const racks = [aRackOf("a", a), aRackOf("b", b, { pods: 0 })];
    const summaries = [rackOf("a", "Serving"), rackOf("b", "Idle")];
    const members = someMembers([true, true, false]);
    return chooseVictim(racks, summaries, { fleet: CODER, members })?.id ?? null;
  };

  it.each([
    ["one that is all of one object", "sub-0", "sub-1", "b"],
    ["none that belongs to no object", "sub-0", null, "a"],
    ["none whose object is off", "sub-0", "sub-2", "a"],
    ["none whose object is another rack's too", "sub-0", "sub-0", null],
    ["none of another set", "sub-0", "elsewhere", "a"],
  ])("is %s", (_, a, b, expected) => {
    expect(among(a, b)).toBe(expected);
  });
});
