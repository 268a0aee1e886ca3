/** Incumbent and candidate on the recorded demand, in the simulator, block by block. */
import type { Evaluation } from "../../api/evaluation.ts";
import type { Digest } from "../../core/canonical.ts";
import type { CompiledGroup } from "../../core/compiled.ts";
import type { EpochMs } from "../../core/units.ts";
import { simulate } from "../simulate.ts";
import { blockScenario, blockTraffic, sessionModelOf } from "./block-world.ts";
import type { SessionModel } from "./block-world.ts";
import type { PastBlock } from "./recorded-past.ts";
import { evaluationOf, turnsOf } from "./evaluation.ts";
import type { BlockRuns, Simulated } from "./evaluation.ts";
import { WatchedTicks } from "./watched-ticks.ts";

export interface EvaluateOptions {
  /** In order of time; at least one. */
  readonly blocks: readonly PastBlock[];
  /** @returns the group as the candidate has it, at the beginning of a block */
  readonly candidate: (incumbent: CompiledGroup, now: EpochMs) => CompiledGroup;
  readonly seeds: readonly number[];
  readonly digest: Digest;
  readonly codeVersion: string;
  readonly onProgress?: (share: number) => void;
}

/** @throws RangeError when the log has no block, or no demand to simulate */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { blocks, seeds } = options;
  const [first] = blocks;
  if (first === undefined)
    throw new RangeError("found nothing recorded in that time, expected some of it");
  const policies = blocks.map((block) => {
    return { block, other: options.candidate(block.group, block.from) };
  });
  const model = await calibrated(options, first);
  const runs: BlockRuns[] = [];
  for (const { block, other } of policies) {
    const incumbent: Simulated[] = [];
    const candidate: Simulated[] = [];
    for (const seed of seeds) {
      incumbent.push(await simulated(options, { block, policy: block.group, seed, model }));
      candidate.push(await simulated(options, { block, policy: other, seed, model }));
    }
    runs.push({ block, incumbent, candidate });
    options.onProgress?.(runs.length / blocks.length);
  }
  return evaluationOf(runs, model, seeds.length);
}

interface BlockRun {
  readonly block: PastBlock;
  readonly policy: CompiledGroup;
  readonly seed: number;
  readonly model: SessionModel;
}

async function simulated(
  { digest, codeVersion }: EvaluateOptions,
  { block, policy, seed, model }: BlockRun,
): Promise<Simulated> {
  const ticks = new WatchedTicks();
  const { result } = await simulate({
    scenario: blockScenario(block, policy),
    policy: "breakwater",
    seed,
    traffic: blockTraffic(block, model),
    digest,
    codeVersion,
    onTick: (report) => {
      if (report.decision.at >= block.from) ticks.add(report);
    },
  });
  return { result, watched: ticks.result() };
}

/** As many turns as were recorded: agents' sessions last longer than a short block. */
async function calibrated(options: EvaluateOptions, block: PastBlock): Promise<SessionModel> {
  const model = sessionModelOf(block.demand);
  const recorded = turnsOf(block.recorded);
  if (!(recorded > 0))
    throw new RangeError("found no arrivals of turns, expected some to simulate");
  const seed = options.seeds[0] ?? 1;
  const pilot = await simulated(options, { block, policy: block.group, seed, model });
  const found = turnsOf(pilot.watched);
  return found > 0 ? { ...model, scale: recorded / found } : model;
}
