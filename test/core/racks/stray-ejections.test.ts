import { describe, expect, it } from "vitest";
import type { GroupObservation } from "../../../src/core/observation.ts";
import { readmitStrays } from "../../../src/core/racks/stray-ejections.ts";
import {
  CODER,
  NOW,
  aDrain,
  aGroupObservation,
  aPoolObservation,
  aRack,
} from "../../support/builders/observed.ts";

const OUT = { route: { label: "route", ejectedAt: NOW } } as const;

function strays(changes: Partial<GroupObservation>, pod: object = OUT) {
  const racks = [aRack("rack-0", { pods: 1, pod }), aRack("rack-1", { pods: 1 })];
  const pools = [aPoolObservation(2, { racks })];
  return readmitStrays(aGroupObservation({ pools, ...changes }));
}

const READMIT = [{ kind: "Readmit", fleet: CODER, pods: [{ name: "rack-0-p0" }] }];

describe("pods out of routing", () => {
  it.each([
    ["of no drain get turns again", {}, OUT, READMIT],
    ["of a drain that is carried out stay out", { intents: [aDrain()] }, OUT, []],
    [
      "of a drain that ended get turns again",
      { intents: [aDrain({ phase: "Done" })] },
      OUT,
      READMIT,
    ],
    [
      "of another rack's drain get turns again",
      { intents: [aDrain({ rack: "rack-9", victimNodeUids: [] })] },
      OUT,
      READMIT,
    ],
    ["are left to who leads", { leading: false }, OUT, []],
    ["that are ending are left alone", {}, { ...OUT, terminating: true }, []],
    ["of nobody are left alone", {}, { ...OUT, fleet: null }, []],
  ] as const)("%s", (_, changes, pod, expected) => {
    expect(strays(changes, pod)).toMatchObject(expected);
  });

  it("stay out on a rack that its provider takes", () => {
    const rack = aRack("rack-0", { pods: 1, pod: OUT, node: { notice: "karpenter.sh/disrupted" } });
    const pools = [aPoolObservation(1, { racks: [rack] })];
    expect(readmitStrays(aGroupObservation({ pools }))).toEqual([]);
  });

  it("are none where all are in", () => {
    expect(strays({}, { route: { label: "route", ejectedAt: null } })).toEqual([]);
  });
});
