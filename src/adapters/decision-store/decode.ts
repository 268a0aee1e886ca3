/** ScaleDecision → Intent. The API server checked the fields against the schema. */
import { fleetKey } from "../../core/compiled.ts";
import type { FleetKey } from "../../core/compiled.ts";
import { isOpen } from "../../core/intents.ts";
import type { Approval, Intent, IntentPhase } from "../../core/observation.ts";
import { REASONS, type ReasonCode } from "../../core/reasons.ts";
import { type EpochMs, epochMs, rackCount, usdPerHour } from "../../core/units.ts";
import { PortError } from "../../ports/errors.ts";
import {
  type Json,
  listAt,
  metaOf,
  numberAt,
  objectAt,
  stringAt,
  timeAt,
  valueAt,
} from "../kubernetes/decode.ts";

export interface KeptDecision {
  readonly intent: Intent;
  readonly uid: string;
  /** null while it is open. */
  readonly closedAt: EpochMs | null;
  readonly finalizers: readonly string[];
}

const DIRECTIONS = ["Out", "In", "Move", "Lend", "Reclaim"] as const;

const PHASES = [
  "Pending",
  "Approved",
  "Executing",
  "Rejected",
  "Expired",
  "Superseded",
  "Done",
  "PartiallyDone",
  "Cancelled",
  "Failed",
] as const;

/** @throws PortError `bad-answer` that names the field */
export function decodeDecision(object: Json): KeptDecision {
  const { uid, createdAtMs } = metaOf(object);
  const intent = intentOf(object);
  const since = timeAt(object, "status", "phaseSince") ?? createdAtMs;
  return {
    intent,
    uid,
    closedAt: isOpen(intent.phase) ? null : epochMs(since),
    finalizers: finalizersOf(object),
  };
}

export const finalizersOf = (object: Json): readonly string[] =>
  listAt(object, "metadata", "finalizers").filter((entry) => typeof entry === "string");

function intentOf(object: Json): Intent {
  const { name, namespace, generation } = metaOf(object);
  const spec = objectAt(object, "spec");
  const consent = objectAt(spec, "consent");
  const asked = numberAt(object, "status", "racks", "asked");
  const price = stringAt(consent, "maxUsdPerHour");
  const approvals = listAt(spec, "approvals").map(approvalOf);
  return {
    name,
    fleet: fleetKey({ namespace, name: stringAt(spec, "fleet") }),
    ...(valueAt(spec, "taker") !== undefined && { taker: takerOf(spec) }),
    pool: stringAt(consent, "pool"),
    direction: oneOf(DIRECTIONS, spec, "direction"),
    fromRacks: rackCount(wholeNumber(consent, "fromRacks")),
    toRacksAtMost: rackCount(wholeNumber(consent, "toRacksAtMost")),
    maxUsdPerHour: price === "" ? null : usdPerHour(Number(price)),
    rack: stringAt(spec, "rack") || null,
    victimNodeUids: namesAt(spec, "victimNodeUIDs"),
    ...(valueAt(spec, "objects") !== undefined && { objects: namesAt(spec, "objects") }),
    reason: { code: reasonCode(spec), text: stringAt(spec, "reason", "text") },
    requiredApprovals: wholeNumber(spec, "requiredApprovals"),
    onExpiry: oneOf(["Drop", "Proceed"] as const, spec, "onExpiry"),
    createdAt: instant(spec, "createdAt"),
    expiresAt: instant(spec, "expiresAt"),
    actBefore: instant(consent, "actBefore"),
    drainDeadline:
      valueAt(spec, "drainDeadline") === undefined ? null : instant(spec, "drainDeadline"),
    approvals,
    ...(approvals.length > 0 && { generation }),
    phase: phaseOf(object),
    askedRacks: asked === null ? null : rackCount(asked),
  };
}

const takerOf = (spec: Json): FleetKey =>
  fleetKey({
    namespace: stringAt(spec, "taker", "namespace"),
    name: stringAt(spec, "taker", "name"),
  });

const namesAt = (holder: unknown, field: string): readonly string[] =>
  listAt(holder, field).filter((entry) => typeof entry === "string");

export function phaseOf(object: Json): IntentPhase {
  const status = objectAt(object, "status");
  if (valueAt(status, "phase") === undefined) return "Pending";
  return oneOf(PHASES, status, "phase");
}

const approvalOf = (entry: unknown): Approval => ({
  by: stringAt(entry, "by"),
  verdict: oneOf(["Approve", "Reject"] as const, entry, "verdict"),
  reason: stringAt(entry, "reason"),
});

function reasonCode(spec: Json): ReasonCode {
  const code = stringAt(spec, "reason", "code");
  if (code in REASONS) return code as ReasonCode;
  throw new PortError("bad-answer", `spec.reason.code: found ${code}, expected a known reason`);
}

function oneOf<T extends string>(allowed: readonly T[], holder: unknown, field: string): T {
  const found = stringAt(holder, field);
  const match = allowed.find((candidate) => candidate === found);
  if (match !== undefined) return match;
  throw new PortError("bad-answer", `${field}: found ${found}, expected ${allowed.join(", ")}`);
}

function wholeNumber(holder: unknown, field: string): number {
  const found = numberAt(holder, field);
  if (found !== null && Number.isInteger(found)) return found;
  throw new PortError("bad-answer", `${field}: found ${found}, expected a whole number`);
}

function instant(holder: unknown, field: string): EpochMs {
  const found = timeAt(holder, field);
  if (found !== null) return epochMs(found);
  throw new PortError("bad-answer", `${field}: found no time, expected RFC 3339`);
}
