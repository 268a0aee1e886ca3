/** A person's no to a decision, in their own name. */
import { isOpen } from "../../core/intents.ts";
import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { isJson, type Json, listAt, metaOf, stringAt } from "../kubernetes/decode.ts";
import { isRefusedWrite } from "../kubernetes/failures.ts";
import {
  type ObjectAt,
  objectName,
  SCALE_DECISIONS,
  SELF_REVIEWS,
} from "../kubernetes/resources.ts";
import { phaseOf } from "./decode.ts";

/** The controller writes the status of the same object. */
const CONFLICT_ATTEMPTS = 4;

export interface Rejection {
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
}

/**
 * Adds the caller's Reject, or turns their Approve into one.
 * @returns the phase it found, and whose verdict it is
 * @throws PortError `conflict` for a decision that is closed; whatever the API server refuses
 */
export async function rejectDecision(
  client: KubeClient,
  { namespace, name, reason }: Rejection,
): Promise<{ readonly by: string; readonly phase: string }> {
  const by = await whoAmI(client);
  const at = { resource: SCALE_DECISIONS, namespace, name };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { by, phase: await rejectOnce(client, at, { by, verdict: "Reject", reason }) };
    } catch (error) {
      if (!isRefusedWrite(error) || attempt === CONFLICT_ATTEMPTS) throw error;
    }
  }
}

async function whoAmI(client: KubeClient): Promise<string> {
  const { apiVersion, kind } = SELF_REVIEWS;
  const review = await client.create(
    { resource: SELF_REVIEWS, namespace: "" },
    { apiVersion, kind },
  );
  return stringAt(review, "status", "userInfo", "username");
}

async function rejectOnce(client: KubeClient, at: ObjectAt, verdict: Json): Promise<string> {
  const decision = await client.get(at);
  const phase = phaseOf(decision);
  if (!isOpen(phase)) {
    const text = `${objectName(at)} is ${phase}: found nothing left to cancel`;
    throw new PortError("conflict", text);
  }
  const given = listAt(decision, "spec", "approvals").filter(isJson);
  const others = given.filter(({ by }) => by !== verdict["by"]);
  const { uid, resourceVersion } = metaOf(decision);
  const spec = { approvals: [...others, verdict] };
  await client.mergePatch(at, { metadata: { uid, resourceVersion }, spec });
  return phase;
}
