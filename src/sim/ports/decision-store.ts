/** Intents, held in memory. */
import { isOpen } from "../../core/intents.ts";
import type { Approval, Intent } from "../../core/observation.ts";
import type { EpochMs } from "../../core/units.ts";
import { HOUR_MS } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DecisionStore, OpenIntent, SetPhase } from "../../ports/decision-store.ts";
import { PortError } from "../../ports/errors.ts";
import type { People } from "../people.ts";

export interface SimulatedDecisionStore extends DecisionStore {
  /** Adds a person's verdict, one per person. @throws PortError `not-found` */
  approve(intent: string, approval: Approval): Promise<void>;
}

interface Stored {
  readonly intent: Intent;
  readonly closedAt: EpochMs | null;
}

/** Closed intents stay visible this long, as the port promises. */
const SHOW_CLOSED_MS = HOUR_MS;

/**
 * @param people who are asked when a decision needs approval; null: nobody answers by itself
 * @param onPhase called when a decision came to stand in another phase
 */
export function simulatedDecisionStore(
  clock: Clock,
  people: Pick<People, "ask"> | null,
  onPhase: (intent: Intent) => void = () => {},
): SimulatedDecisionStore {
  const stored = new Map<string, Stored>();
  return {
    list: () => Promise.resolve(visible(stored, clock.now())),
    open: ({ intent }: OpenIntent) =>
      settle(() => {
        if (open(stored, intent)) people?.ask(intent, (verdict) => answer(stored, intent, verdict));
      }),
    setPhase: (change) => settle(() => onPhase(setPhase(stored, change, clock.now()))),
    approve: (name, approval) => settle(() => approve(stored, find(stored, name), approval)),
  };
}

function approve(stored: Map<string, Stored>, { intent, closedAt }: Stored, by: Approval): void {
  const others = intent.approvals.filter((approval) => approval.by !== by.by);
  stored.set(intent.name, { intent: { ...intent, approvals: [...others, by] }, closedAt });
}

/** An answer to a decision that is no longer open comes too late and changes nothing. */
function answer(stored: Map<string, Stored>, { name }: Intent, verdict: Approval): void {
  const found = stored.get(name);
  if (found !== undefined && isOpen(found.intent.phase)) approve(stored, found, verdict);
}

/** Runs an operation so that what it throws rejects, as every port promises. */
function settle(operation: () => void): Promise<void> {
  return new Promise((resolve) => {
    operation();
    resolve();
  });
}

function visible(stored: Map<string, Stored>, now: EpochMs): readonly Intent[] {
  for (const [name, { closedAt }] of stored) {
    if (closedAt !== null && now - closedAt > SHOW_CLOSED_MS) stored.delete(name);
  }
  return [...stored.values()].map(({ intent }) => intent);
}

/** @returns whether it is new: the same again is success and asks nobody twice. */
function open(stored: Map<string, Stored>, intent: Intent): boolean {
  const existing = stored.get(intent.name)?.intent;
  if (existing !== undefined && existing.createdAt !== intent.createdAt) {
    throw new PortError("conflict", `creating decision ${intent.name}: the name is taken`);
  }
  if (existing === undefined) stored.set(intent.name, { intent, closedAt: null });
  return existing === undefined;
}

function setPhase(stored: Map<string, Stored>, change: SetPhase, now: EpochMs): Intent {
  const { intent, closedAt } = find(stored, change.intent);
  const askedRacks = change.askedRacks ?? intent.askedRacks;
  const closing = isOpen(change.phase) ? null : (closedAt ?? now);
  const changed = { ...intent, phase: change.phase, askedRacks };
  stored.set(intent.name, { intent: changed, closedAt: closing });
  return changed;
}

function find(stored: Map<string, Stored>, name: string): Stored {
  const found = stored.get(name);
  if (found !== undefined) return found;
  throw new PortError("not-found", `changing decision ${name}: no such decision`);
}
