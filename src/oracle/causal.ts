/**
 * The causal reference: it learns of a surge when it begins, and then asks for every rack it may
 * have, cost no object, until the surge is over. Of all else it knows the demand to come. What it
 * misses in a surge nobody avoids who did not know of it before and had no more racks at its onset.
 */
import { racksFor } from "./fleet-model.ts";
import type { FleetModel } from "./fleet-model.ts";
import type { CountChange } from "./orders.ts";
import { MINUTE_MS } from "../core/units.ts";
import { coarser } from "./standing-fleet.ts";
import type { WatchedFleet } from "./standing-fleet.ts";
import type { SupplyTerms } from "./supply-terms.ts";

/** What is known of the demand from an instant on. */
export interface Knowledge {
  readonly fromMs: number;
  /** The whole run as it would be without the surges that have not begun by then. */
  readonly offered: WatchedFleet;
}

export interface KnownSurge {
  readonly atMs: number;
  readonly untilMs: number;
}

export interface CausalInput {
  /** Earliest first; the first from 0 on. */
  readonly knowledge: readonly Knowledge[];
  readonly surges: readonly KnownSurge[];
  readonly model: FleetModel;
  readonly terms: SupplyTerms;
  /** The most that a step's turns may miss. */
  readonly missedShare: number;
}

/** @returns changes of the count, earliest first */
export function causalChanges(input: CausalInput): readonly CountChange[] {
  const { knowledge, surges, terms, model } = input;
  const { stepMs } = model;
  const ahead = Math.ceil(terms.p95LeadMs / stepMs) + 1;
  const needs = knowledge.map(({ offered }) => needed(input, offered));
  const steps = needs[0]?.length ?? 0;
  const changes: CountChange[] = [];
  let last = terms.startRacks;
  for (let step = 0; step < steps; step += 1) {
    const atMs = step * stepMs;
    const known = knowledge.findLastIndex(({ fromMs }) => fromMs <= atMs);
    const surging = surges.some((surge) => surge.atMs <= atMs && atMs < surge.untilMs);
    const soon = (needs[known] ?? []).slice(step, step + ahead + 1);
    const wanted = surging ? terms.maxRacks : Math.max(terms.minRacks, ...soon);
    const racks = Math.min(wanted, terms.racksAt(atMs));
    if (racks !== last) changes.push({ atMs, racks });
    last = racks;
  }
  return changes;
}

/** Demand is sized for by means over it: the worst single minute is noise. */
const MEAN_MS = 10 * MINUTE_MS;

/** @returns racks needed by step: those of the steps that it is averaged with */
function needed(
  { model, terms, missedShare }: CausalInput,
  offered: WatchedFleet,
): readonly number[] {
  const factor = Math.max(1, Math.round(MEAN_MS / model.stepMs));
  const means = coarser(offered, factor);
  const wide = { ...model, stepMs: means.stepMs };
  const racks = means.steps.map((step) => racksFor(wide, step, missedShare, terms.maxRacks));
  return offered.steps.map((_, at) => racks[Math.floor(at / factor)] ?? 0);
}
