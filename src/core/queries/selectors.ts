/**
 * Whose series a query may see: the fleet's matchers as PromQL text, and the narrower forms of
 * them for pods that prefill, for the gateway and for `up`.
 */
import type { CompiledFleet, CompiledWorkload } from "../compiled.ts";
import type { PodScope } from "../profiles/signal-table.ts";

export type Matchers = Readonly<Record<string, string>>;

/** Matchers of one scope: by equality, and extra PromQL text; or why there are none. */
export type Scope =
  | { readonly kind: "scope"; readonly matchers: Matchers; readonly extra: string }
  | { readonly kind: "refused"; readonly detail: string };

/**
 * Labels that Prometheus itself puts on a target, so also on `up`: its own two, and those that
 * relabelling takes from Kubernetes. Everything else comes from the exporter.
 */
const TARGET_LABELS = [
  "job",
  "instance",
  "namespace",
  "pod",
  "service",
  "container",
  "endpoint",
  "node",
  "cluster",
];

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** @returns the value as a PromQL string: its escapes are Go's, of which JSON's are a part. */
export const quoted = (value: string): string => JSON.stringify(value);

/** @returns `a="b",c="d"`. */
export const rendered = (matchers: Matchers): string =>
  Object.entries(matchers)
    .map(([label, value]) => `${label}=${quoted(value)}`)
    .join(",");

export const without = (matchers: Matchers, labels: readonly string[]): Matchers =>
  Object.fromEntries(Object.entries(matchers).filter(([label]) => !labels.includes(label)));

/** @returns the matchers under the names that a series has for some of their labels */
export const spelled = (matchers: Matchers, spells: Readonly<Record<string, string>>): Matchers =>
  Object.fromEntries(
    Object.entries(matchers).map(([label, value]) => [spells[label] ?? label, value]),
  );

const only = (matchers: Matchers, labels: readonly string[]): Matchers =>
  Object.fromEntries(Object.entries(matchers).filter(([label]) => labels.includes(label)));

export const targetMatchers = (matchers: Matchers): Matchers => only(matchers, TARGET_LABELS);

/** @returns a sentence about the first label that is not one, "" when all are. */
function wrongLabel(matchers: Matchers): string {
  const wrong = Object.keys(matchers).find((label) => !LABEL_NAME.test(label));
  return wrong === undefined
    ? ""
    : `the matcher ${quoted(wrong)} is no label name; expected letters, digits and underscores`;
}

/** @param edgeLabels labels of the fleet's matchers that the gateway's series carry */
export function scopesOf(
  fleet: CompiledFleet,
  edgeLabels: readonly string[],
): Readonly<Record<PodScope, Scope>> {
  const { matchers } = fleet.signals;
  const wrong = wrongLabel(matchers);
  if (wrong !== "") {
    const refused = { kind: "refused", detail: wrong } as const;
    return { all: refused, prefilling: refused, edge: refused };
  }
  return {
    all: { kind: "scope", matchers, extra: "" },
    prefilling: prefilling(fleet),
    edge: { kind: "scope", matchers: only(matchers, edgeLabels), extra: "" },
  };
}

/**
 * Pods that prefill are named, rather than decode pods left out: where the naming label is missing
 * the signal is then absent, and not silently that of all pods.
 */
function prefilling(fleet: CompiledFleet): Scope {
  const { matchers } = fleet.signals;
  const decode = fleet.workloads.filter(({ role }) => role === "Decode");
  if (decode.length === 0) return { kind: "scope", matchers, extra: "" };
  const others = fleet.workloads.filter(({ role }) => role !== "Decode");
  const extra = byPodName(others, decode) ?? byPodLabel(others, decode);
  if (extra !== null) return { kind: "scope", matchers, extra };
  return {
    kind: "refused",
    detail:
      `the workloads ${others.map(({ name }) => name).join(", ")} cannot be told from the Decode ` +
      `workloads ${decode.map(({ name }) => name).join(", ")}: expected a target's name or a pod ` +
      "label that differs, or an override of the signal",
  };
}

/** Kubernetes derives pod names from the workload's: `prefill-0`, `prefill-6c8d9-x2v7k`. */
function byPodName(
  others: readonly CompiledWorkload[],
  decode: readonly CompiledWorkload[],
): string | null {
  const wanted = targetNames(others);
  const unwanted = targetNames(decode);
  if (wanted === null || unwanted === null || wanted.some((name) => unwanted.includes(name))) {
    return null;
  }
  const longer = unwanted.filter((name) => wanted.some((prefix) => name.startsWith(`${prefix}-`)));
  const excluded = longer.length === 0 ? "" : `,pod!~${podsOf(longer)}`;
  return `pod=~${podsOf(wanted)}${excluded}`;
}

const podsOf = (names: readonly string[]): string =>
  quoted(`(${names.map((name) => name.replaceAll(".", String.raw`\.`)).join("|")})-.+`);

function targetNames(workloads: readonly CompiledWorkload[]): readonly string[] | null {
  const names = workloads.flatMap(({ target }) => (target === null ? [] : [target.name]));
  return names.length === 0 || names.length < workloads.length ? null : names;
}

/** A pod label that all prefilling workloads set, to values that no Decode workload has. */
function byPodLabel(
  others: readonly CompiledWorkload[],
  decode: readonly CompiledWorkload[],
): string | null {
  for (const label of Object.keys(others[0]?.podLabels ?? {})) {
    const wanted = others.map(({ podLabels }) => podLabels[label]);
    const unwanted = decode.map(({ podLabels }) => podLabels[label]);
    const separates = wanted.every((value) => value !== undefined && !unwanted.includes(value));
    if (separates && unwanted.every((value) => value !== undefined)) {
      return `${targetLabelOf(label)}=~${quoted(wanted.map(escapedForRegex).join("|"))}`;
    }
  }
  return null;
}

/** The name under which Prometheus' service discovery offers a pod label. */
const targetLabelOf = (podLabel: string): string => podLabel.replaceAll(/[^a-zA-Z0-9_]/g, "_");

/** Label values hold letters, digits, `-`, `_` and `.`: the dot alone means something in RE2. */
const escapedForRegex = (value = ""): string => value.replaceAll(".", String.raw`\.`);
