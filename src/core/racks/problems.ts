/** What is wrong with a pool's racks that no step of ours cures: told, waited for by nothing. */
import type { AwaitedRack, RackSummary, StuckStep } from "../decision.ts";
import type { ForeignNodes } from "../observation.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { MINUTE_MS } from "../units.ts";
import { UNLABELLED } from "./inventory.ts";

export interface ProblemsOf {
  readonly summaries: readonly RackSummary[];
  readonly awaited: readonly AwaitedRack[];
  readonly foreign: readonly ForeignNodes[];
}

/** @returns one reason per stuck rack and per domain with foreign nodes */
export function rackProblems({ summaries, awaited, foreign }: ProblemsOf): readonly Reason[] {
  return [
    ...summaries.filter(isStuck).map(({ id, stuck }) => stuckReason(nameOf(id), stuck)),
    ...awaited.filter(isStuck).map(({ stuck }) => stuckReason("A rack asked for", stuck)),
    ...foreign.map(foreignReason),
  ];
}

const nameOf = (id: string): string => (id === UNLABELLED ? "Nodes of no rack yet" : `Rack ${id}`);

interface Stuck {
  readonly stuck: StuckStep;
}

const isStuck = <T extends Partial<Stuck>>(rack: T): rack is T & Stuck => rack.stuck !== undefined;

function stuckReason(which: string, stuck: StuckStep): Reason {
  const { step, p99Ms, text } = stuck;
  // Not for how long: the sentence stands in a status, which would be written every minute.
  const late = `still in ${step} after ${Math.ceil(p99Ms / MINUTE_MS)} min`;
  return reason("rack-stuck", `${which}: ${late}; ${text}.`);
}

function foreignReason({ domain, nodes, pools }: ForeignNodes): Reason {
  const [first = "", ...more] = nodes;
  const others = `${more.length} more ${more.length === 1 ? "node" : "nodes"}`;
  const which = more.length === 0 ? `Node ${first}` : `${first} and ${others}`;
  const text = `${which}: NVLink domain ${domain} has nodes of RackPool ${pools.join(", ")}.`;
  return reason("foreign-nodes", text);
}
