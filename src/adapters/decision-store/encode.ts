/** Intent → ScaleDecision. */
import type { FleetKey, FleetRef } from "../../core/compiled.ts";
import type { Intent } from "../../core/observation.ts";
import type { EpochMs } from "../../core/units.ts";
import type { Evidence } from "../../ports/decision-store.ts";
import type { Json } from "../kubernetes/decode.ts";
import { SCALE_DECISIONS } from "../kubernetes/resources.ts";

/** What label values may be long. */
const LABEL_VALUE_MAX = 63;
/** What the schema allows: alternatives, and characters of one. */
const ALTERNATIVES_MAX = 16;
const ALTERNATIVE_CHARS = 1024;
const REASON_CHARS = 4096;

export function decisionObject(intent: Intent, evidence: Evidence): Json {
  const { namespace, fleet } = fleetOf(intent);
  return {
    apiVersion: SCALE_DECISIONS.apiVersion,
    kind: SCALE_DECISIONS.kind,
    metadata: { name: intent.name, namespace, labels: labelsOf(intent, fleet) },
    spec: specOf(intent, fleet, evidence),
  };
}

export function fleetOf({ fleet }: Pick<Intent, "fleet">): { namespace: string; fleet: string } {
  const { namespace, name } = refOf(fleet);
  return { namespace, fleet: name };
}

function refOf(key: FleetKey): FleetRef {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
}

/** For `kubectl get -l`; names too long for a label are left out. */
function labelsOf({ pool, direction }: Intent, fleet: string): Readonly<Record<string, string>> {
  const labels = {
    "app.kubernetes.io/managed-by": "breakwater",
    "breakwater.dev/fleet": fleet,
    "breakwater.dev/pool": pool,
    "breakwater.dev/direction": direction,
  };
  return Object.fromEntries(
    Object.entries(labels).filter(([, value]) => value.length <= LABEL_VALUE_MAX),
  );
}

function specOf(intent: Intent, fleet: string, evidence: Evidence): Json {
  const { maxUsdPerHour, rack, taker, objects, drainDeadline } = intent;
  return {
    fleet,
    ...(taker !== undefined && { taker: { ...refOf(taker) } }),
    direction: intent.direction,
    consent: {
      pool: intent.pool,
      fromRacks: intent.fromRacks,
      toRacksAtMost: intent.toRacksAtMost,
      ...(maxUsdPerHour !== null && { maxUsdPerHour: decimalText(maxUsdPerHour, 6) }),
      actBefore: instantText(intent.actBefore),
    },
    ...(rack !== null && { rack }),
    victimNodeUIDs: intent.victimNodeUids,
    ...(objects !== undefined && { objects }),
    ...(drainDeadline !== null && { drainDeadline: instantText(drainDeadline) }),
    reason: reasonText(intent.reason),
    requiredApprovals: intent.requiredApprovals,
    onExpiry: intent.onExpiry,
    expiresAt: instantText(intent.expiresAt),
    createdAt: instantText(intent.createdAt),
    policyDigest: evidence.policyDigest,
    observationDigest: evidence.observationDigest,
  };
}

export const reasonText = ({ code, text }: Intent["reason"]): Json => ({
  code,
  text: text.slice(0, REASON_CHARS),
});

export function evidenceOf(evidence: Evidence): Json {
  const { attainmentIfDone, attainmentIfNot, confidence, cacheCause, alternatives } = evidence;
  return {
    ...(attainmentIfDone !== null && { attainmentIfDone: decimalText(attainmentIfDone, 4) }),
    ...(attainmentIfNot !== null && { attainmentIfNot: decimalText(attainmentIfNot, 4) }),
    ...(confidence !== undefined && { confidence: decimalText(confidence, 2) }),
    cacheCause,
    alternatives: alternatives
      .slice(0, ALTERNATIVES_MAX)
      .map((text) => text.slice(0, ALTERNATIVE_CHARS)),
  };
}

export const instantText = (at: EpochMs): string => new Date(at).toISOString();

/** @returns a decimal string without needless zeros: CRDs hold money and fractions so */
const decimalText = (value: number, digits: number): string => `${Number(value.toFixed(digits))}`;
