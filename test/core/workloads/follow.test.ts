import { describe, expect, it } from "vitest";
import type { PodObservation } from "../../../src/core/observation.ts";
import type { FleetRack } from "../../../src/core/workloads/fleet-racks.ts";
import { follow } from "../../../src/core/workloads/follow.ts";
import { wantedOf } from "../../../src/core/workloads/wanted.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aFleetObservation, aRack } from "../../support/builders/observed.ts";
import { aUnitPod, anObject, range, withRange } from "../../support/builders/workloads.ts";
import { aPool } from "../../support/reports/compiled.ts";

const WORKLOADS = withRange(1, 7);
const FLEET = aSmallFleet({ workloads: WORKLOADS });
const SHIFT = { perRack: { prefill: 5, decode: 3 } };

const unitsOf = (rack: string, workload: string, indices: readonly number[], first: number) =>
  indices.map((index, n) =>
    aUnitPod(`${rack}-${workload}-${n}`, `${rack}-n${2 * (first + n)}`, index, {
      unit: { workload, object: workload, index, marked: false },
    }),
  );

const rackWith = (
  id: string,
  pods: readonly PodObservation[],
  state: FleetRack["state"] = "Up",
): FleetRack => ({ pool: aPool(), rack: { ...aRack(id, { pods: 0 }), pods }, state });

interface Given {
  readonly racks: readonly FleetRack[];
  readonly replicas: { readonly prefill: number; readonly decode: number };
  readonly shift?: typeof SHIFT;
}

function changes({ racks, replicas, shift }: Given) {
  const wanted = WORKLOADS.flatMap((workload) => {
    const object = anObject(replicas[workload.name === "prefill" ? "prefill" : "decode"], {
      ref: { ...anObject(0).ref, name: workload.name },
      uid: workload.name,
    });
    return wantedOf(workload, [object], { fleet: FLEET, racks, ...shift });
  });
  const { actions } = follow({
    fleet: FLEET,
    observed: aFleetObservation(),
    now: NOW,
    leading: true,
    counts: {},
    racks,
    wanted,
    all: wanted,
    shift,
  });
  return actions.flatMap((action) =>
    action.kind === "SetReplicas"
      ? action.changes.map(({ workload, from, to }) => `${workload} ${from} → ${to}`)
      : [action.kind],
  );
}

const full = (id: string, n: number, state: FleetRack["state"] = "Up") =>
  rackWith(
    id,
    [
      ...unitsOf(id, "prefill", range(4 * n, 4 * n + 4), 0),
      ...unitsOf(id, "decode", range(4 * n, 4 * n + 4), 4),
    ],
    state,
  );

describe("a shift from decode to prefill", () => {
  const replicas = { prefill: 8, decode: 8 };
  it("lowers decode first", () => {
    expect(changes({ racks: [full("a", 0), full("b", 1)], replicas, shift: SHIFT })).toEqual([
      "decode 8 → 6",
    ]);
  });

  it("raises nothing while more units of decode run than fit", () => {
    const racks = [full("a", 0), full("b", 1)];
    expect(changes({ racks, replicas: { prefill: 8, decode: 6 }, shift: SHIFT })).toEqual([]);
  });

  const shrunk = (id: string, n: number, ending: readonly PodObservation[] = []) =>
    rackWith(id, [
      ...unitsOf(id, "prefill", range(4 * n, 4 * n + 4), 0),
      ...unitsOf(id, "decode", range(3 * n, 3 * n + 3), 4),
      ...ending,
    ]);

  it("raises nothing while such units are ending", () => {
    const [pod] = unitsOf("a", "decode", [7], 7);
    if (pod === undefined) throw new Error("one pod");
    const racks = [shrunk("a", 0, [{ ...pod, terminating: true }]), shrunk("b", 1)];
    expect(changes({ racks, replicas: { prefill: 8, decode: 6 }, shift: SHIFT })).toEqual([]);
  });

  it("raises prefill once their GPUs are free", () => {
    const racks = [shrunk("a", 0), shrunk("b", 1)];
    expect(changes({ racks, replicas: { prefill: 8, decode: 6 }, shift: SHIFT })).toEqual([
      "prefill 8 → 10",
    ]);
  });

  it("ends no unit while a rack is down: those there would be taken for too many", () => {
    const racks = [full("a", 0), full("b", 1, "Down")];
    expect(changes({ racks, replicas, shift: SHIFT })).toEqual([]);
  });
});

describe("without a shift", () => {
  it("both roles of a rack that joined are raised together", () => {
    const racks = [full("a", 0), rackWith("b", [])];
    expect(changes({ racks, replicas: { prefill: 4, decode: 4 } })).toEqual([
      "prefill 4 → 8",
      "decode 4 → 8",
    ]);
  });

  it("units beyond unitsPerRack are not ended: they may serve", () => {
    const racks = [rackWith("a", unitsOf("a", "prefill", range(0, 6), 0))];
    expect(changes({ racks, replicas: { prefill: 6, decode: 4 } })).toEqual([]);
  });
});
