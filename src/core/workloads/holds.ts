/** Why the count of a workload is left as it is for now, whoever is right about its size. */
import type { CompiledFleet, CompiledWorkload } from "../compiled.ts";
import { pausingOverride } from "../intents.ts";
import type { FleetObservation, WorkloadObject } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import type { EpochMs } from "../units.ts";
import { countKey } from "./counts.ts";
import type { CountMemories } from "./counts.ts";

export interface HoldInput {
  readonly fleet: CompiledFleet;
  readonly observed: FleetObservation;
  readonly now: EpochMs;
  readonly leading: boolean;
  /** Who changed the counts, by `countKey`. */
  readonly counts: CountMemories;
}

/**
 * @param direction Up is held by what stops growth, Down by what stops scale-in. In Approve both
 *   go on: who confirmed a rack confirmed its units, and down ends no unit on other racks.
 * @returns the first reason to leave the count alone; null: none
 */
export function replicasHold(
  direction: "Up" | "Down",
  { name }: Pick<CompiledWorkload, "name">,
  object: WorkloadObject,
  input: HoldInput,
): Reason | null {
  const { fleet, observed, leading } = input;
  if (!leading) return reason("not-leader");
  if (object.owner !== null) return reason("workload-owned", `${name}: ${object.owner}.`);
  const problem = observed.problems.find(({ code }) => code !== "price-unknown");
  if (problem !== undefined) return problem;
  return personsHold(direction, fleet, observed) ?? foreignHold(name, object, input);
}

function personsHold(
  direction: "Up" | "Down",
  { mode }: CompiledFleet,
  { overrides, rollout }: FleetObservation,
): Reason | null {
  if ((direction === "Up" ? mode.scaleOut : mode.scaleIn) === "Shadow") return reason("shadow");
  const pausing = pausingOverride(overrides, direction === "Up" ? "Out" : "In");
  if (pausing !== undefined) return reason("paused", `FleetOverride ${pausing.name}.`);
  return rollout ? reason("rollout") : null;
}

function foreignHold(
  name: string,
  { uid, lastWriter }: WorkloadObject,
  { counts, now }: HoldInput,
): Reason | null {
  const until = counts[countKey(name, uid)]?.foreignUntil ?? null;
  if (until === null || until <= now) return null;
  const who = lastWriter === "" ? "" : `: ${lastWriter} wrote it last`;
  return reason("foreign-write", `${name}${who}.`);
}
