/** The past out of Prometheus, under a policy that a file says. */
import { InvalidArgumentError } from "commander";
import { createPrometheusPast } from "../../adapters/prometheus/past.ts";
import type { CompiledFleet, CompiledGroup } from "../../core/compiled.ts";
import { epochMs } from "../../core/units.ts";
import type { EpochMs, Millis } from "../../core/units.ts";
import type { PastSource } from "../../ports/past-source.ts";
import { metricsPast } from "../../studies/evaluate/metrics-past.ts";
import { turnLengths } from "../../studies/trace-record.ts";
import { objectNames, wholePolicy } from "../policy-file.ts";
import { endpointFor, withPrometheus } from "../prometheus-flags.ts";
import type { EndpointFlags } from "../prometheus-flags.ts";
import { beginOf } from "../span-flags.ts";
import type { Since } from "../span-flags.ts";
import { UsageError } from "../usage-error.ts";
import type { AskedPast } from "./asked-past.ts";
import { groupNamed } from "./group-flag.ts";

interface MetricsFlags extends EndpointFlags {
  readonly since?: Since;
  readonly until?: EpochMs;
  readonly group?: string;
  readonly block: Millis;
  readonly racks?: Racks;
}

type Racks = Readonly<Record<string, number>>;

/** @param file InferenceFleets and RackPools as they were applied */
export async function blocksOfMetrics(file: string, flags: MetricsFlags): Promise<AskedPast> {
  if (flags.since === undefined) {
    throw new UsageError("--since: found nothing, expected how far back to look, such as 14d");
  }
  const policy = wholePolicy(file);
  const to = flags.until ?? epochMs(Date.now());
  const from = beginOf(flags.since, to);
  if (from >= to) {
    const at = new Date(to).toISOString();
    throw new UsageError(`--since: found an instant after ${at}, expected one before it`);
  }
  const groups = policy(to);
  const name = groupNamed(
    flags.group,
    groups.map((group) => group.name),
  );
  const groupAt = (at: EpochMs): CompiledGroup => {
    const group = policy(at).find((each) => each.name === name);
    if (group === undefined) throw new Error(`the group ${name} was found at another instant`);
    return group;
  };
  const { racks = {}, block: blockMs } = flags;
  const blocks = await withSource(flags, groupAt(to).fleets, (source) =>
    metricsPast({ source, groupAt, from, to, blockMs, racks }),
  );
  return { blocks, objects: groups.flatMap(objectNames) };
}

function withSource<T>(
  flags: EndpointFlags,
  fleets: readonly CompiledFleet[],
  work: (source: PastSource) => Promise<T>,
): Promise<T> {
  const [first] = fleets;
  if (first === undefined) throw new UsageError("--policy: found a pool without fleets");
  return withPrometheus((client) => {
    const promptBuckets: PastSource["promptBuckets"] = async (fleet, { from, to }) => {
      const endpoint = endpointFor(flags, fleet);
      const ask = async (promql: string, at: EpochMs) =>
        (await client.instant(endpoint, { name: "token lengths", promql, at })).series;
      return (await turnLengths("prompt", { fleet, from, to, ask })).buckets;
    };
    const endpointOf = (fleet: CompiledFleet | null) =>
      Promise.resolve(endpointFor(flags, fleet ?? first));
    return work(createPrometheusPast({ client, endpointOf, promptBuckets }));
  });
}

/** @returns what was given so far, and `pool=N` */
export function racksOfPool(text: string, before: Racks = {}): Racks {
  const [, pool, racks] = /^([a-z0-9.-]+)=(\d{1,4})$/.exec(text) ?? [];
  if (pool !== undefined) return { ...before, [pool]: Number(racks) };
  throw new InvalidArgumentError(`found "${text}", expected pool=N, as gb200=5.`);
}
