/** RackPools and InferenceFleets as written: each by itself, and between them. */
import type { Reason } from "../../../core/reasons.ts";
import { blocker, type Checked, counted, warning } from "../finding.ts";
import type { ClusterFacts } from "../facts.ts";
import { taken } from "../said.ts";

export function objectFindings({ desired, unread }: ClusterFacts): readonly Checked[] {
  const { broken, problems, pools, fleets } = desired;
  const missing = [
    ...(pools.length === 0 ? ["RackPool"] : []),
    ...(fleets.length === 0 ? ["InferenceFleet"] : []),
  ];
  const unknown = broken.length > 0 || unread.some(({ what }) => what === DESIRED_STATE);
  return [
    ...broken.map(({ kind, namespace, name, message }) => {
      const place = `${kind} ${namespace === "" ? name : `${namespace}/${name}`}`;
      const fix = `kubectl edit ${kind.toLowerCase()}${namespace && ` -n ${namespace}`} ${name}`;
      const finding = { where: place, found: message, expected: "a valid object", fix };
      return blocker(finding);
    }),
    ...problems.map(({ fleet, reason }) =>
      blocker(
        taken(reason.text, {
          place: `InferenceFleet ${fleet}`,
          fix: fixOf(reason),
        }),
      ),
    ),
    ...(unknown ? [] : missing.map(none)),
  ];
}

/** How reading them is called where it fails. */
export const DESIRED_STATE = "RackPools and InferenceFleets";

const none = (kind: string): Checked =>
  warning({
    where: kind,
    found: "none in the cluster",
    expected: "at least one: without, nothing more can be checked",
    fix: "kubectl apply -f, after docs/examples/coreweave-fleet.yaml",
  });

/** The fleet's reference in the sentence. */
const ENTRY = /fleet: \{[^}]*\}/;

/** The line to write, taken from what the sentence expects. */
function fixOf({ code, text }: Reason): string {
  switch (code) {
    case "objective-unmeasurable":
      return `threshold: ${/nearest (?:\S+ or )?([\d.]+s)/.exec(text)?.[1] ?? "a bound"}`;
    case "not-a-consumer":
      return `spec.consumers of the RackPool: - {${ENTRY.exec(text)?.[0] ?? ""}, max: ...}`;
    case "price-unknown":
      return 'RackPool spec.price: {usdPerRackHour: "756.00"}, with the price that you pay';
    case "pool-unknown":
      return "kubectl get rackpools";
    default:
      return "";
  }
}

export function objectsFine({ desired: { pools, fleets } }: ClusterFacts): string {
  if (pools.length + fleets.length === 0) return "";
  const written = [counted(pools.length, "RackPool"), counted(fleets.length, "InferenceFleet")];
  return `${written.join(" and ")} are valid`;
}
