/** Whether a fleet's signals can be read, and can be believed. */
import type { CompiledFleet } from "../../../core/compiled.ts";
import type { SignalReading } from "../../../core/observation.ts";
import { EDGE_TABLES, SIGNAL_TABLES } from "../../../core/profiles/signal-tables.ts";
import type { SignalProblem } from "../../../core/signals/names.ts";
import { elapsed, type EpochMs, seconds } from "../../../core/units.ts";
import { blocker, type Checked, counted, warning } from "../finding.ts";
import type { ClusterFacts, FleetFacts } from "../facts.ts";
import { neededGaps, optionalGaps } from "./signal-gaps.ts";
import { bucketFindings, coverageFindings, sampleFindings } from "./series.ts";

export const signalFindings = ({ fleets, now, workloads }: ClusterFacts): readonly Checked[] =>
  fleets.flatMap((facts) => {
    const pods = workloads.pods.filter((pod) => pod.fleet === facts.fleet.key).length;
    return ofFleet(facts, { now, pods });
  });

const placeOf = ({ key }: CompiledFleet, field = ""): string =>
  `InferenceFleet ${key} spec.signals${field && `.${field}`}`;

interface Context {
  readonly now: EpochMs;
  /** The fleet's pods that there are. */
  readonly pods: number;
}

function ofFleet(facts: FleetFacts, { now, pods }: Context): readonly Checked[] {
  const { series } = facts;
  if (series === null) return [noSource(facts)];
  if (series.targets === 0) return [noTarget(facts.fleet, pods)];
  return [
    ...neededGaps(facts, { now, series }),
    ...optionalGaps(facts, series),
    ...coverageFindings(facts.fleet, series),
    ...sampleFindings(facts.fleet, series),
    ...bucketFindings(facts.fleet, series),
    ...aheadOfTime(facts, now),
  ];
}

const SOURCE_FIXES: Readonly<Partial<Record<SignalProblem, string>>> = {
  unauthorized:
    "the Secret named by spec.signals.prometheus.secretRef, in the fleet's namespace: keys " +
    "token, or username and password, or tls.crt and tls.key",
  "not-configured":
    "spec.signals.prometheus: {url: ...}, or the controller's --prometheus-url (chart value " +
    "controller.prometheusUrl)",
};
const REACH_FIX =
  "check the URL; names inside the cluster resolve there only: kubectl exec -n breakwater-system " +
  "deploy/breakwater -- node dist/cli/main.js doctor, or kubectl port-forward";

function noSource({ fleet, snapshot, problem }: FleetFacts): Checked {
  const cause = Object.values<SignalReading>(snapshot.signals).find(isSourceProblem);
  const code = cause?.kind === "absent" ? cause.problem : null;
  return blocker({
    where: placeOf(fleet, "prometheus"),
    found: cause?.kind === "absent" ? cause.detail : problem,
    expected: "a Prometheus that answers",
    fix: (code === null ? undefined : SOURCE_FIXES[code]) ?? REACH_FIX,
  });
}

const isSourceProblem = (reading: SignalReading): boolean =>
  reading.kind === "absent" && !["empty", "not-exported"].includes(reading.problem);

function noTarget(fleet: CompiledFleet, pods: number): Checked {
  const { profile, matchers } = fleet.signals;
  const { presence, series } = SIGNAL_TABLES[profile];
  const written = Object.entries(matchers).map(([label, value]) => `${label}: ${value}`);
  const finding = {
    where: placeOf(fleet, "matchers"),
    found:
      `no target exports ${series[presence]?.names[0] ?? presence} ` +
      `with {${written.join(", ")}}`,
    expected: `a target for each engine; the fleet has ${counted(pods, "pod")}`,
    fix:
      `kubectl get servicemonitors,podmonitors -n ${fleet.namespace}; look the series up in ` +
      "Prometheus without matchers and write what its labels say; profile: the engine that runs",
  };
  return pods === 0 ? warning(finding) : blocker(finding);
}

/** Clocks that agree by NTP are within milliseconds; a scrape takes no longer than this. */
const AHEAD_MS = 5_000;

/** A sample of the future never gets old, so a dead target would be believed. */
function aheadOfTime({ fleet, snapshot }: FleetFacts, now: EpochMs): readonly Checked[] {
  const aheadMs = Object.values<SignalReading>(snapshot.signals).map((reading) =>
    reading.kind === "value" ? elapsed(now, reading.observedAt) : elapsed(now, now),
  );
  const most = aheadMs.reduce((a, b) => (a > b ? a : b), elapsed(now, now));
  if (most <= AHEAD_MS) return [];
  return [
    warning({
      where: placeOf(fleet),
      found: `samples ${Math.round(seconds(most))} s ahead of the clock here`,
      expected: "no sample from the future: it would stay fresh however old it gets",
      fix: "NTP on Prometheus' host and here; exporters must not set timestamps of their own",
    }),
  ];
}

export function signalsFine({ fleets }: ClusterFacts): string {
  const targets = fleets.reduce((sum, { series }) => sum + (series?.targets ?? 0), 0);
  return targets === 0 ? "" : `every signal is fresh, from ${counted(targets, "target")}`;
}

/** @returns what the fleet's sources never show: to be known, not to be fixed */
export function notShown({ signals: { profile, edge } }: CompiledFleet): readonly string[] {
  const engine = SIGNAL_TABLES[profile].cannotShow;
  return edge === null ? engine : [...engine, ...EDGE_TABLES[edge].cannotShow];
}
