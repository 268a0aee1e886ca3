/** Intents, held in memory. */
import { isOpen } from "../../core/intents.ts";
import type { Approval, Intent } from "../../core/observation.ts";
import type { EpochMs } from "../../core/units.ts";
import { HOUR_MS } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DecisionStore, OpenIntent, SetPhase } from "../../ports/decision-store.ts";
import { PortError } from "../../ports/errors.ts";

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

export function simulatedDecisionStore(clock: Clock): SimulatedDecisionStore {
  const stored = new Map<string, Stored>();
  return {
    list: () => Promise.resolve(visible(stored, clock.now())),
    open: ({ intent }: OpenIntent) => settle(() => open(stored, intent)),
    setPhase: (change) => settle(() => setPhase(stored, change, clock.now())),
    approve: (name, approval) =>
      settle(() => {
        const { intent, closedAt } = find(stored, name);
        const others = intent.approvals.filter(({ by }) => by !== approval.by);
        stored.set(name, { intent: { ...intent, approvals: [...others, approval] }, closedAt });
      }),
  };
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

function open(stored: Map<string, Stored>, intent: Intent): void {
  const existing = stored.get(intent.name)?.intent;
  if (existing !== undefined && existing.createdAt !== intent.createdAt) {
    throw new PortError("conflict", `creating decision ${intent.name}: the name is taken`);
  }
  if (existing === undefined) stored.set(intent.name, { intent, closedAt: null });
}

function setPhase(stored: Map<string, Stored>, change: SetPhase, now: EpochMs): void {
  const { intent, closedAt } = find(stored, change.intent);
  const askedRacks = change.askedRacks ?? intent.askedRacks;
  const closing = isOpen(change.phase) ? null : (closedAt ?? now);
  stored.set(intent.name, {
    intent: { ...intent, phase: change.phase, askedRacks },
    closedAt: closing,
  });
}

function find(stored: Map<string, Stored>, name: string): Stored {
  const found = stored.get(name);
  if (found !== undefined) return found;
  throw new PortError("not-found", `changing decision ${name}: no such decision`);
}
