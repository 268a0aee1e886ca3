/** A person's yes or no to a decision, in their own name. */
import { isOpen } from "../../core/intents.ts";
import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { isJson, type Json, listAt, metaOf, numberAt, stringAt } from "../kubernetes/decode.ts";
import { isRefusedWrite } from "../kubernetes/failures.ts";
import { type ObjectAt, objectName, SCALE_DECISIONS } from "../kubernetes/resources.ts";
import { whoAmI } from "../kubernetes/who-am-i.ts";
import { phaseOf } from "./decode.ts";

/** The controller writes the status of the same object. */
const CONFLICT_ATTEMPTS = 4;

export interface Verdict {
  readonly namespace: string;
  readonly name: string;
  readonly verdict: "Approve" | "Reject";
  readonly reason: string;
}

/** The decision as it was found when the verdict was given, in the words of its object. */
export interface Judged {
  /** Whose verdict it is: the caller, as the API server knows them. */
  readonly by: string;
  readonly phase: string;
  readonly fleet: string;
  readonly direction: string;
  readonly pool: string;
  readonly fromRacks: number;
  readonly toRacksAtMost: number;
  /** A decimal; "" where the price is not known. */
  readonly maxUsdPerHour: string;
  readonly why: string;
  /** People who said yes, this verdict included, and how many must. */
  readonly approvals: number;
  readonly requiredApprovals: number;
  readonly expiresAt: string;
  readonly onExpiry: string;
  /** What the controller worked out, as decimals; "" where it could not. */
  readonly evidence: {
    readonly attainmentIfDone: string;
    readonly attainmentIfNot: string;
    readonly confidence: string;
    readonly cacheCause: string;
    readonly alternatives: readonly string[];
  };
}

/** @returns the decision as it stands, nothing said. @throws PortError */
export async function askedOf(
  client: KubeClient,
  { namespace, name }: Pick<Verdict, "namespace" | "name">,
): Promise<Judged> {
  const decision = await client.get({ resource: SCALE_DECISIONS, namespace, name });
  return judged(decision, "", listAt(decision, "spec", "approvals").filter(isJson));
}

/**
 * Adds the caller's verdict. A yes is for what waits for one; a no also turns the caller's yes, and
 * gives up what is being carried out.
 * @throws PortError `conflict` for a decision to which that verdict comes too late; whatever the
 *   API server refuses
 */
export async function giveVerdict(
  client: KubeClient,
  { namespace, name, verdict, reason }: Verdict,
): Promise<Judged> {
  const by = await whoAmI(client);
  const at = { resource: SCALE_DECISIONS, namespace, name };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await giveOnce(client, at, { by, verdict, reason });
    } catch (error) {
      if (!isRefusedWrite(error) || attempt === CONFLICT_ATTEMPTS) throw error;
    }
  }
}

interface Entry extends Json {
  readonly by: string;
  readonly verdict: Verdict["verdict"];
  readonly reason: string;
}

async function giveOnce(client: KubeClient, at: ObjectAt, entry: Entry): Promise<Judged> {
  const decision = await client.get(at);
  refuseLate(decision, at, entry);
  const given = listAt(decision, "spec", "approvals").filter(isJson);
  const approvals = [...given.filter(({ by }) => by !== entry.by), entry];
  const { uid, resourceVersion } = metaOf(decision);
  await client.mergePatch(at, { metadata: { uid, resourceVersion }, spec: { approvals } });
  return judged(decision, entry.by, approvals);
}

/** @throws PortError `conflict` where the verdict would change nothing */
function refuseLate(decision: Json, at: ObjectAt, { by, verdict }: Entry): void {
  const phase = phaseOf(decision);
  const late = (text: string) =>
    new PortError("conflict", `${objectName(at)} is ${phase}: ${text}`);
  if (!isOpen(phase)) {
    throw late(verdict === "Reject" ? "found nothing left to cancel" : "nobody is asked any more");
  }
  if (verdict === "Reject") return;
  if (phase !== "Pending") throw late("it waits for no approval");
  const before = listAt(decision, "spec", "approvals")
    .filter(isJson)
    .find((each) => each["by"] === by);
  if (before !== undefined) throw late(`${by} has said ${stringAt(before, "verdict")} before`);
}

function judged(decision: Json, by: string, approvals: readonly Json[]): Judged {
  const consented = (name: string): number => numberAt(decision, "spec", "consent", name) ?? 0;
  return {
    by,
    phase: phaseOf(decision),
    fleet: stringAt(decision, "spec", "fleet"),
    direction: stringAt(decision, "spec", "direction"),
    pool: stringAt(decision, "spec", "consent", "pool"),
    fromRacks: consented("fromRacks"),
    toRacksAtMost: consented("toRacksAtMost"),
    maxUsdPerHour: stringAt(decision, "spec", "consent", "maxUsdPerHour"),
    why: stringAt(decision, "spec", "reason", "text"),
    approvals: approvals.filter(({ verdict }) => verdict === "Approve").length,
    requiredApprovals: numberAt(decision, "spec", "requiredApprovals") ?? 0,
    expiresAt: stringAt(decision, "spec", "expiresAt"),
    onExpiry: stringAt(decision, "spec", "onExpiry"),
    evidence: evidenceIn(decision),
  };
}

function evidenceIn(decision: Json): Judged["evidence"] {
  const of = (name: string): string => stringAt(decision, "status", "evidence", name);
  return {
    attainmentIfDone: of("attainmentIfDone"),
    attainmentIfNot: of("attainmentIfNot"),
    confidence: of("confidence"),
    cacheCause: of("cacheCause"),
    alternatives: listAt(decision, "status", "evidence", "alternatives").filter(isText),
  };
}

const isText = (value: unknown): value is string => typeof value === "string";
