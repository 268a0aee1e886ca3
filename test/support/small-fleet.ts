import type {
  EngineModel,
  FleetKernel,
  KernelOptions,
  TurnRecord,
} from "../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../src/sim/kernel/fleet-kernel.ts";
import { assembleKernel, type KernelParts } from "../../src/sim/kernel/kernel-parts.ts";
import type { SessionSource } from "../../src/traces/turn-templates.ts";
import { optionsWith } from "./kernel-cases/options.ts";
import { type RowSketch, sourceOf, templatesOf } from "./kernel-cases/sketch.ts";

/** A turn of its own session: when it comes, its tokens of prompt and output. */
export type LoneTurn = readonly [atNs: number, input: number, output: number];

type Edits = Partial<Omit<KernelOptions, "engine" | "sources">> & {
  readonly engine?: Partial<EngineModel>;
};

/** Small enough that prompts of a test have whole blocks. */
const BLOCK_TOKENS = 10;
const ROOT = [{ parent: null, from: 0 }];

/** @returns sessions of one turn each, which share nothing */
export function loneTurns(turns: readonly LoneTurn[]): SessionSource {
  const sessions = turns.map(([, input, output], chain) => {
    return { chains: ROOT, rows: [{ input, output, chain, delayNs: 0 }] };
  });
  const templates = templatesOf({ blockTokens: BLOCK_TOKENS, shared: [], sessions });
  return sourceOf(
    templates,
    turns.map(([atNs], template) => ({ atNs, template })),
  );
}

/** @returns one session, which starts at 0 */
export function oneSession(rows: readonly RowSketch[]): SessionSource {
  const sessions = [{ chains: ROOT, rows }];
  const templates = templatesOf({ blockTokens: BLOCK_TOKENS, shared: [], sessions });
  return sourceOf(templates, [{ atNs: 0, template: 0 }]);
}

/** @returns the parts of a fleet, iterations of 1,000 ns, and records of turns as they end */
export function smallParts(source: SessionSource, edits: Edits = {}): KernelParts {
  return assembleKernel(optionsWith([source], edits));
}

export interface SmallFleet {
  readonly kernel: FleetKernel;
  readonly turns: readonly TurnRecord[];
}

/** @returns a fleet of aggregated replicas, iterations of 1,000 ns */
export function smallFleet(source: SessionSource, edits: Edits = {}, replicas = 1): SmallFleet {
  const turns: TurnRecord[] = [];
  const onTurn = (turn: TurnRecord) => void turns.push(turn);
  const kernel = createFleetKernel(optionsWith([source], { ...edits, onTurn }));
  for (let replica = 0; replica < replicas; replica++) kernel.addReplica(0, "Aggregated");
  return { kernel, turns };
}
