/** Comparing what two sources see of the same instant, and what is decided on it. */
import type { PrometheusClient } from "../../../src/adapters/prometheus/client.ts";
import { createPrometheusSource } from "../../../src/adapters/prometheus/signal-source.ts";
import type { CompiledFleet } from "../../../src/core/compiled.ts";
import type { Decision } from "../../../src/core/decision.ts";
import type { SignalReading } from "../../../src/core/observation.ts";
import type { EpochMs } from "../../../src/core/units.ts";
import type { SignalSnapshot, SignalSource } from "../../../src/ports/signal-source.ts";
import type { RangeRule } from "../../../src/sim/metrics/promql/series.ts";
import type { PrometheusServer } from "../control-plane/prometheus.ts";

/** One world: through the adapter from a real Prometheus, and from the simulated one. */
export interface Eyes {
  readonly live: SignalSource;
  readonly sim: SignalSource;
}

/** The bound of INV-6, relative; and what a sum of floats may leave where it should be 0. */
const RELATIVE = 1e-9;
const ZERO = 1e-12;

/** How a Prometheus is started that holds a simulated past and scrapes nothing. */
export const OF_THE_PAST = {
  scrapeTargets: [],
  scrapeIntervalSeconds: 60,
  flags: ["--storage.tsdb.retention.time=100y", "--web.enable-remote-write-receiver"],
};

/** The rule of windows changed with Prometheus 3. */
export async function ruleOf({ url }: PrometheusServer): Promise<RangeRule> {
  const answer = await (await fetch(`${url}/api/v1/status/buildinfo`)).text();
  const major = Number(/"version":"(\d+)\./.exec(answer)?.[1]);
  return major >= 3 ? "left-open" : "closed";
}

export const liveSource = (
  client: PrometheusClient,
  { url }: Pick<PrometheusServer, "url">,
): SignalSource =>
  createPrometheusSource({
    client,
    defaultEndpoint: { url, headers: {}, credentials: {} },
    resolveCredentials: () => Promise.resolve({}),
  });

export const readingsOf = ({ signals, objectives: shares }: SignalSnapshot) => ({
  ...signals,
  ...Object.fromEntries(shares.map(({ name, share }) => [`objective ${name}`, share])),
});

export const isClose = (a: number, b: number): boolean =>
  Object.is(a, b) ||
  Math.abs(a - b) <= Math.max(ZERO, RELATIVE * Math.max(Math.abs(a), Math.abs(b)));

/** @returns what differs, "" for nothing. */
function difference(live: SignalReading, sim: SignalReading): string {
  if (live.kind === "value" && sim.kind === "value") {
    const rest = [live, sim].map(({ observedAt, degraded }) => `${observedAt} ${degraded}`);
    const same =
      isClose(live.value, sim.value) && isClose(live.coverage, sim.coverage) && rest[0] === rest[1];
    return same ? "" : `${JSON.stringify(live)} is not ${JSON.stringify(sim)}`;
  }
  return JSON.stringify(live) === JSON.stringify(sim)
    ? ""
    : `${JSON.stringify(live)} is not ${JSON.stringify(sim)}`;
}

/** What a person would call the decision: all but the digits of its numbers. */
export const essenceOf = ({ at, plan, fleets, pools }: Decision) => ({
  at,
  plan,
  pools,
  fleets: fleets.map((fleet) => ({
    outcome: fleet.outcome,
    racks: [fleet.want.racks, fleet.awardedRacks, fleet.targetRacks],
    reasons: fleet.reasons,
    cache: fleet.cache.cause,
    steps: fleet.steps.map(({ stage, name, text }) => [stage, name, text]),
  })),
});

/** @returns a line for everything that is not equal to 1e-9; empty for equal observations. */
export async function differencesAt(
  eyes: Eyes,
  fleet: CompiledFleet,
  at: EpochMs,
): Promise<readonly string[]> {
  const live = readingsOf(await eyes.live.read(fleet, at));
  const sim: Readonly<Record<string, SignalReading | undefined>> = readingsOf(
    await eyes.sim.read(fleet, at),
  );
  return Object.entries(live).flatMap(([name, reading]) => {
    const other = sim[name];
    const text = other === undefined ? "not read" : difference(reading, other);
    return text === "" ? [] : [`${new Date(at).toISOString()} ${fleet.key} ${name}: ${text}`];
  });
}
