import { describe, expect, it } from "vitest";
import type { EngineReading, PodObservation } from "../../../src/core/observation.ts";
import { ejectStep } from "../../../src/core/racks/eject-step.ts";
import type { DrainTraffic } from "../../../src/core/racks/eject-step.ts";
import { reason } from "../../../src/core/reasons.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import { after, millis, ratio } from "../../../src/core/units.ts";
import { NOW, aDrain, aPod } from "../../support/builders/observed.ts";

const ago = (seconds: number): EpochMs => after(NOW, millis(-1000 * seconds));

const TRAFFIC: DrainTraffic = {
  promptTokensPerSecond: 320_000,
  hitRate: 0.9,
  units: 32,
  ejectedAt: [],
  maxColdTokensPerSecond: 20_000,
  hold: null,
  engines: [],
  turnMs: millis(120_000),
  settleMs: millis(30_000),
};

const pod = (n: number, ejectedAt: EpochMs | null, more: Partial<PodObservation> = {}) =>
  aPod(`p${n}`, "rack-0-n0", { route: { label: "route", ejectedAt }, ...more });

const engine = (name: string, runningTurns: number | undefined, waitingTurns = 0) =>
  ({
    pod: name,
    role: "Aggregated",
    waitingTurns,
    kvUsage: ratio(0.1),
    kvTokens: 1,
    ...(runningTurns !== undefined && { runningTurns }),
  }) satisfies EngineReading;

function step(pods: readonly PodObservation[], changes: Partial<DrainTraffic> = {}) {
  const traffic = { ...TRAFFIC, ...changes };
  const found = ejectStep(pods, { intent: aDrain(), now: NOW, traffic });
  if (found === null) return null;
  const actions = "actions" in found ? found.actions : [];
  const names = actions.flatMap((action) =>
    action.kind === "Eject" ? action.pods.map(({ name }) => name) : [],
  );
  return { kind: found.kind, code: found.reason.code, names };
}

const waits = (code: string) => ({ kind: "Wait", code, names: [] });
const takes = (...names: readonly string[]) => ({ kind: "Act", code: "ejecting", names });

describe("taking a rack's units out of routing", () => {
  const both = [pod(0, null), pod(1, null)];

  it.each([
    ["one a tick", both, {}, takes("p0")],
    ["the next", [pod(0, ago(15)), pod(1, null)], { ejectedAt: [ago(15)] }, takes("p1")],
    [
      "none while the pace does not allow it",
      [pod(0, ago(0)), pod(1, null)],
      { ejectedAt: [ago(0)], maxColdTokensPerSecond: 10_000 },
      waits("eject-pace"),
    ],
    [
      "none while the fleet is not well",
      both,
      { hold: reason("eject-hold", "40 turns wait.") },
      waits("eject-hold"),
    ],
    ["never the last one that takes turns", both, { units: 1 }, waits("eject-hold")],
    [
      "the last one where there are no turns",
      both,
      { units: 1, promptTokensPerSecond: 0 },
      takes("p0"),
    ],
    [
      "at once all that serve nobody",
      [pod(0, null), pod(1, null, { ready: false }), pod(2, null, { ready: false })],
      { hold: reason("eject-hold") },
      takes("p1", "p2"),
    ],
    [
      "one that decodes, which keeps no prefixes",
      [pod(0, null, { role: "Decode" })],
      { maxColdTokensPerSecond: 0 },
      takes("p0"),
    ],
    [
      "whole: all pods of it",
      [0, 1].map((n) =>
        pod(n, null, { unit: { workload: "w", object: "o", index: 0, marked: false } }),
      ),
      {},
      takes("p0", "p1"),
    ],
    ["not those that are ending", [pod(0, null, { terminating: true })], {}, null],
    ["nothing where no pod has a route", [aPod("p0", "rack-0-n0")], {}, null],
  ] as const)("%s", (_, pods, traffic, expected) => {
    expect(step(pods, traffic)).toEqual(expected);
  });

  it.each([
    ["goes alone at first", both, [], "Act"],
    ["waits until the one before is served", [pod(0, ago(15)), pod(1, null)], [ago(15)], "Wait"],
    ["goes then", [pod(0, ago(300)), pod(1, null)], [ago(300)], "Act"],
  ] as const)("a unit larger than the pace %s, and it is said", (_, pods, ejectedAt, kind) => {
    const traffic = { ...TRAFFIC, ejectedAt, maxColdTokensPerSecond: 100 };
    const found = ejectStep(pods, { intent: aDrain(), now: NOW, traffic });
    expect(found?.kind).toBe(kind);
    expect(found?.reason.text).toContain("brings 9000 cold tokens/s");
    expect(found?.reason.text).toContain("so each goes alone once the last one's are served");
  });

  it("names the pod, its label and the instant", () => {
    expect(ejectStep(both, { intent: aDrain(), now: NOW, traffic: TRAFFIC })).toMatchObject({
      actions: [{ at: NOW, fleet: aDrain().fleet, pods: [{ name: "p0", label: "route" }] }],
    });
  });
});

describe("waiting for the turns of units that are out", () => {
  it.each([
    ["they run", 60, [engine("p0", 2)], waits("turns-running")],
    ["one waits there", 60, [engine("p0", 0, 1)], waits("turns-running")],
    ["none runs", 60, [engine("p0", 0)], null],
    ["none ran, but that may be of before", 20, [engine("p0", 0)], waits("turns-running")],
    ["no source shows them: as long as turns take", 119, [], waits("turns-running")],
    ["no source shows them, and so much has passed", 120, [], null],
    [
      "the source does not show how many run",
      60,
      [engine("p0", undefined)],
      waits("turns-running"),
    ],
    ["another engine is idle", 60, [engine("p9", 0)], waits("turns-running")],
  ] as const)("%s", (_, seconds, engines, expected) => {
    expect(step([pod(0, ago(seconds))], { engines })).toEqual(expected);
  });

  it("is over at once for one that serves nobody", () => {
    expect(step([pod(0, ago(1), { ready: false })])).toBeNull();
  });

  it("is for all of the rack: it leaves as a whole", () => {
    const engines = [engine("p0", 0), engine("p1", 3)];
    expect(step([pod(0, ago(60)), pod(1, ago(60))], { engines })).toEqual(waits("turns-running"));
  });
});
