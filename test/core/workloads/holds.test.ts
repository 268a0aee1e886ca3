import { describe, expect, it } from "vitest";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { FleetObservation } from "../../../src/core/observation.ts";
import { reason } from "../../../src/core/reasons.ts";
import { type EpochMs, after, millis } from "../../../src/core/units.ts";
import { replicasHold } from "../../../src/core/workloads/holds.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aFleetObservation, anOverride } from "../../support/builders/observed.ts";
import { aSized, anObject } from "../../support/builders/workloads.ts";

interface Scene {
  readonly fleet?: Partial<CompiledFleet>;
  readonly seen?: Partial<FleetObservation>;
  readonly leading?: boolean;
  readonly foreignUntil?: EpochMs;
  readonly object?: Parameters<typeof anObject>[1];
}

const held = (direction: "Up" | "Down", { fleet, seen, leading = true, ...scene }: Scene) =>
  replicasHold(direction, aSized(), anObject(8, scene.object), {
    fleet: aSmallFleet(fleet),
    observed: aFleetObservation(seen),
    now: NOW,
    leading,
    counts: {
      "engine/uid-of-engine": {
        found: 8,
        askedFor: null,
        tries: 0,
        foreignUntil: scene.foreignUntil ?? null,
      },
    },
  })?.code ?? null;

const SHADOW_OUT = { mode: { scaleOut: "Shadow", scaleIn: "Auto" } } as const;
const APPROVE = { mode: { scaleOut: "Approve", scaleIn: "Approve" } } as const;
const until = (ms: number) => after(NOW, millis(ms));

describe("the count of a workload is left alone", () => {
  it.each<[string, Scene, string | null, string | null]>([
    ["never without a reason", {}, null, null],
    ["without the lease", { leading: false }, "not-leader", "not-leader"],
    [
      "where somebody else sizes it",
      { object: { owner: "KEDA" } },
      "workload-owned",
      "workload-owned",
    ],
    [
      "where the fleet's specification is wrong",
      { seen: { problems: [reason("pool-unknown")] } },
      "pool-unknown",
      "pool-unknown",
    ],
    ["but not for a missing price", { seen: { problems: [reason("price-unknown")] } }, null, null],
    ["upwards in Shadow", { fleet: SHADOW_OUT }, "shadow", null],
    ["not in Approve", { fleet: APPROVE }, null, null],
    [
      "upwards while growth is paused",
      { seen: { overrides: [anOverride({ pauseOut: true })] } },
      "paused",
      null,
    ],
    [
      "downwards while scale-in is",
      { seen: { overrides: [anOverride({ pauseIn: true })] } },
      null,
      "paused",
    ],
    ["during a rollout", { seen: { rollout: true } }, "rollout", "rollout"],
    [
      "for a while after a foreign write",
      { foreignUntil: until(1) },
      "foreign-write",
      "foreign-write",
    ],
    ["no longer than that", { foreignUntil: until(0) }, null, null],
  ])("%s", (_, scene, up, down) => {
    expect([held("Up", scene), held("Down", scene)]).toEqual([up, down]);
  });
});
