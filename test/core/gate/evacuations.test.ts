import { describe, expect, it } from "vitest";
import { evacuations } from "../../../src/core/gate/evacuations.ts";
import type { FleetObservation, GroupObservation } from "../../../src/core/observation.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import { HOUR_MS, millis, rackCount } from "../../../src/core/units.ts";
import { aStage } from "../../support/builders/gate.ts";
import {
  CODER,
  aDrain,
  aGroupObservation,
  aPoolObservation,
  aRack,
  anOverride,
} from "../../support/builders/observed.ts";

const KEY = "karpenter.sh/disrupted";
const TERMS = {
  taints: [KEY],
  conditions: [],
  noticeMs: millis(120_000),
  expectedEveryMs: millis(HOUR_MS),
};
const SPOT = {
  kind: "Spot" as const,
  committedRacks: rackCount(0),
  windows: [],
  interruptions: TERMS,
};
const routed = { pod: { route: { label: "route", ejectedAt: null } } };

/** The first of four racks, or all of them, is announced to go. */
function evacuated(
  changes: Partial<GroupObservation> = {},
  {
    fleet = {},
    seen = {},
    going = 1,
  }: {
    readonly fleet?: Partial<CompiledFleet>;
    readonly seen?: Partial<FleetObservation>;
    readonly going?: number;
  } = {},
): readonly string[] {
  const racks = [0, 1, 2, 3].map((n) => {
    return aRack(`rack-${n}`, { ...routed, node: n < going ? { notice: KEY } : {} });
  });
  const observed = aPoolObservation(4, { racks });
  const { state, picture } = aStage({ observed, pool: { supply: SPOT }, fleet, seen });
  const observation = aGroupObservation({ pools: [observed], ...changes });
  return evacuations([state], [picture], observation).map((action) =>
    action.kind === "Eject" ? `${action.intent} ${action.fleet}` : action.kind,
  );
}

const shadow: Partial<CompiledFleet> = { mode: { scaleOut: "Auto", scaleIn: "Shadow" } };
const approve: Partial<CompiledFleet> = { mode: { scaleOut: "Auto", scaleIn: "Approve" } };
const EJECTED = [`gb200-east/evacuation ${CODER}`];

describe("a rack whose loss is announced is evacuated", () => {
  it.each([
    ["at once", {}, {}, EJECTED],
    ["without asking anybody", {}, { fleet: approve }, EJECTED],
    ["not by one who does not lead", { leading: false }, {}, []],
    ["not in shadow", {}, { fleet: shadow }, []],
    [
      "not while a person pauses scale-in",
      {},
      { seen: { overrides: [anOverride({ pauseIn: true })] } },
      [],
    ],
    ["not where a decision drains it", { intents: [aDrain({ phase: "Executing" })] }, {}, []],
    ["not where no other rack stays", {}, { going: 4 }, []],
    ["not where none is announced", {}, { going: 0 }, []],
  ] as const)("%s", (_, changes, scene, expected) => {
    expect(evacuated(changes, scene)).toEqual(expected);
  });
});
