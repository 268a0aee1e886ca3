/** What a rack was seen to carry: the measure of how many would have done. */
import { blockSums } from "../statistics/blocks.ts";
import { quantile } from "../statistics/robust.ts";
import type { FleetRun } from "./fleet-run.ts";
import { inSteps } from "./fleet-run.ts";

/** Long enough that a block's turns ended within it, short enough for a steady load. */
const BLOCK_SECONDS = 900;
/** Not the very highest load: one lucky block proves nothing. */
const SHOWN_SHARE = 0.95;

export interface ShownCapacity {
  /** Turns per second and serving rack. */
  readonly perRack: number;
  /** Of the blocks with such a load or more, the share that was inside: 0..1. */
  readonly confidence: number;
}

/** @returns the load that racks carried inside the objectives; null where none was seen */
export function shownCapacity(run: FleetRun): ShownCapacity | null {
  const size = inSteps(run, BLOCK_SECONDS);
  const { arrived, racksServing } = run.timeline.series;
  const turns = blockSums(arrived, size);
  const missed = blockSums(run.missed, size);
  const rackSteps = blockSums(racksServing, size);
  const blocks = turns.flatMap((many, at) => {
    const rackSeconds = (rackSteps[at] ?? 0) * run.stepSeconds;
    if (many === 0 || rackSeconds === 0) return [];
    const inside = (missed[at] ?? 0) <= run.allowedShare * many;
    return [{ load: many / rackSeconds, inside }];
  });
  const good = blocks.filter(({ inside }) => inside).map(({ load }) => load);
  const perRack = quantile(good, SHOWN_SHARE);
  if (perRack === null) return null;
  const tried = blocks.filter(({ load }) => load >= perRack);
  const held = tried.filter(({ inside }) => inside).length;
  // Laplace's rule of succession: the chance that the next such block is inside too.
  return { perRack, confidence: (held + 1) / (tried.length + 2) };
}
