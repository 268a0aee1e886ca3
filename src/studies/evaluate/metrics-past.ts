/** The past of a group out of metrics: the same blocks as out of a decision log. */
import type { CompiledGroup } from "../../core/compiled.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import { MINUTE_MS, millis } from "../../core/units.ts";
import type { PastFleet, PastRange, PastSource } from "../../ports/past-source.ts";
import { RecordedPast } from "./recorded-past.ts";
import type { PastBlock } from "./recorded-past.ts";

export interface MetricsPastOptions {
  readonly source: PastSource;
  /** @returns the group under the policy that acted */
  readonly groupAt: (at: EpochMs) => CompiledGroup;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly blockMs: Millis;
  /** Racks at the start of each block, where no metric of ours says how many there were. */
  readonly racks: Readonly<Record<string, number>>;
}

/** As often as a recorded log is read by: demand is kept by the minute. */
const STEP_MS = millis(MINUTE_MS);

/**
 * @returns blocks in order of time; none where nothing was recorded
 * @throws PortError when metrics cannot be read; RangeError that names a pool of unknown size
 */
export async function metricsPast(options: MetricsPastOptions): Promise<readonly PastBlock[]> {
  const { source, groupAt, from, to } = options;
  const range = { from, to, stepMs: STEP_MS };
  const group = groupAt(to);
  const seen = new Map<EpochMs, PastFleet[]>();
  for (const fleet of group.fleets) {
    for (const sample of await source.fleet(fleet, range)) {
      seen.set(sample.at, [...(seen.get(sample.at) ?? []), sample.seen]);
    }
  }
  const racksAt = await racksOf(options, group, range);
  const past = new RecordedPast(options.blockMs);
  for (const [now, fleets] of [...seen].toSorted(([a], [b]) => a - b)) {
    const pools = group.pools.map(({ name }) => {
      return { name, count: { desired: racksAt(name, now) }, racks: [] };
    });
    past.add({ policy: groupAt(now), observation: { now, pools, fleets }, decision: { plan: [] } });
  }
  return await withLengths(past.result(), source);
}

type RacksAt = (pool: string, at: EpochMs) => number;

/** A number stands until the next one; before the first, that one. */
async function racksOf(
  { source, racks }: MetricsPastOptions,
  { pools }: CompiledGroup,
  range: PastRange,
): Promise<RacksAt> {
  const known = new Map<string, readonly { readonly at: EpochMs; readonly racks: number }[]>();
  for (const { name } of pools) {
    const given = racks[name];
    const found =
      given === undefined ? await source.racks(name, range) : [{ at: range.from, racks: given }];
    if (found.length === 0) throw new RangeError(unknownRacks(name));
    known.set(name, found);
  }
  return (pool, at) => {
    const steps = known.get(pool) ?? [];
    return (steps.findLast((step) => step.at <= at) ?? steps[0])?.racks ?? 0;
  };
}

const unknownRacks = (pool: string): string =>
  `found no breakwater_pool_desired_racks of pool ${pool} in that time, expected it, or ` +
  `--racks ${pool}=N with the racks there were`;

async function withLengths(
  blocks: readonly PastBlock[],
  source: PastSource,
): Promise<readonly PastBlock[]> {
  const whole: PastBlock[] = [];
  for (const block of blocks) {
    const demand: PastBlock["demand"][number][] = [];
    for (const each of block.demand) {
      const fleet = block.group.fleets.find(({ key }) => key === each.fleet);
      const range = { from: block.from, to: block.until };
      const promptBuckets = fleet === undefined ? [] : await source.promptBuckets(fleet, range);
      demand.push(promptBuckets.length === 0 ? each : { ...each, promptBuckets });
    }
    whole.push({ ...block, demand });
  }
  return whole;
}
