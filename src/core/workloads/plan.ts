/** What this tick does to the counts of workloads, after the plans of the open intents. */
import type { CompiledFleet, CompiledWorkload, FleetKey } from "../compiled.ts";
import type { Action, Step } from "../decision.ts";
import type { FleetPicture } from "../fleet-picture.ts";
import type { IntentPlan } from "../gate/plan.ts";
import type { GroupObservation, WorkloadObservation } from "../observation.ts";
import type { PoolState } from "../racks/pool-state.ts";
import type { Shift } from "./balance.ts";
import type { CountMemories } from "./counts.ts";
import { fleetRacks } from "./fleet-racks.ts";
import type { FleetRack } from "./fleet-racks.ts";
import { follow } from "./follow.ts";
import type { HoldInput } from "./holds.ts";
import { evicts, leadDown } from "./lead-down.ts";
import type { Followed } from "./follow.ts";
import { wantedOf } from "./wanted.ts";
import type { ObjectWanted } from "./wanted.ts";

export interface WorkloadInput {
  readonly fleets: readonly FleetPicture[];
  readonly pools: readonly PoolState[];
  /** Racks held by pool and fleet. */
  readonly held: Readonly<Record<string, Readonly<Record<FleetKey, number>>>>;
  readonly observation: GroupObservation;
  readonly plans: readonly IntentPlan[];
  /** Who changed the counts, per fleet. */
  readonly counts: Readonly<Record<FleetKey, CountMemories>>;
  /** Per fleet whose prefill and decode were shifted. */
  readonly shifts: Readonly<Record<FleetKey, Shift>>;
}

export interface WorkloadPlan {
  /** The plans given, those that evict led by what must come before. */
  readonly plans: readonly IntentPlan[];
  readonly actions: readonly Action[];
  readonly steps: Readonly<Record<FleetKey, readonly Step[]>>;
}

export function planWorkloads(input: WorkloadInput): WorkloadPlan {
  const start: WorkloadPlan = { plans: input.plans, actions: [], steps: {} };
  return input.fleets.reduce((plan, picture) => planFleet(plan, picture, input), start);
}

function planFleet(plan: WorkloadPlan, picture: FleetPicture, input: WorkloadInput): WorkloadPlan {
  const { fleet, observed } = picture.situation;
  const sized = fleet.workloads.filter(({ manage }) => manage === "Replicas");
  if (sized.length === 0 && observed.workloads === undefined) return plan;
  const { intents, leading, now } = input.observation;
  const rackOf = (entry: IntentPlan): string | null =>
    intents.find(({ name }) => name === entry.progress.intent)?.rack ?? null;
  const ours = plan.plans.filter((entry) => entry.progress.fleet === fleet.key && evicts(entry));
  const evicting = new Set(ours.flatMap((entry) => rackOf(entry) ?? []));
  const shift = input.shifts[fleet.key];
  const racks = fleetRacks(fleet.key, { pools: input.pools, held: input.held, evicting });
  const wanted = allWanted(fleet, observed.workloads ?? [], racks, shift);
  const all = wanted.filter(({ workload }) => workload.manage === "Replicas");
  const hold: HoldInput = { fleet, observed, now, leading, counts: input.counts[fleet.key] ?? {} };
  const unreadable = observed.problems.some(({ code }) => code === "workload-unknown");
  const unknown = unreadable ? unknownOf(sized, wanted) : [];
  const lead = { ...hold, wanted: all, unknown };
  const followed = follow({
    ...hold,
    racks,
    wanted: all.filter(({ bound }) => !bound.some(({ rack }) => evicting.has(rack))),
    all,
    shift,
  });
  return {
    plans: plan.plans.map((entry) =>
      ours.includes(entry) ? leadDown(entry, rackOf(entry) ?? "", lead) : entry,
    ),
    actions: [...plan.actions, ...followed.actions],
    steps: { ...plan.steps, [fleet.key]: stepsOf(wanted, racks, followed) },
  };
}

const allWanted = (
  fleet: CompiledFleet,
  observed: readonly WorkloadObservation[],
  racks: readonly FleetRack[],
  shift: Shift | undefined,
): readonly ObjectWanted[] =>
  fleet.workloads.flatMap((workload) => {
    const objects = observed.find(({ name }) => name === workload.name)?.objects ?? [];
    return wantedOf(workload, objects, { fleet, racks, ...(shift && { perRack: shift.perRack }) });
  });

const unknownOf = (
  sized: readonly CompiledWorkload[],
  wanted: readonly ObjectWanted[],
): readonly string[] =>
  sized.flatMap(({ name }) =>
    wanted.some(({ workload }) => workload.name === name) ? [] : [name],
  );

function stepsOf(
  wanted: readonly ObjectWanted[],
  racks: readonly FleetRack[],
  { holds }: Followed,
): readonly Step[] {
  const up = racks.filter(({ state }) => state === "Up").length;
  return [...new Set(wanted.map(({ workload }) => workload))].map((workload) => {
    const { name, manage } = workload;
    const ours = wanted.filter((entry) => entry.workload.name === name);
    const numbers = {
      found: sum(ours, ({ object }) => object.replicas),
      wanted: sum(ours, (entry) => entry.wanted),
      bound: sum(ours, ({ bound }) => bound.length),
      racksUp: up,
    };
    const room = `${up} racks have room for ${numbers.wanted}`;
    const found = `${name} asks for ${numbers.found} units, ${room}.`;
    const why = manage === "Observe" ? "Its count is left to others." : (holds[name]?.text ?? "");
    const text = why === "" ? found : `${found} ${why}`;
    return { stage: "plan" as const, name: `workload/${name}`, text, numbers };
  });
}

const sum = (entries: readonly ObjectWanted[], of: (entry: ObjectWanted) => number): number =>
  entries.reduce((total, entry) => total + of(entry), 0);
