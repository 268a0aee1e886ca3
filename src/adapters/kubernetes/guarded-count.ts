import { PortError } from "../../ports/errors.ts";
import type { WriteOutcome } from "../../ports/rack-backend.ts";
import { isRefusedWrite } from "./failures.ts";

/** A count as the object has it, in the object's own units. */
export interface FoundCount {
  readonly kind: "Count";
  readonly uid: string;
  readonly count: number;
}

/** The object is missing or must not be scaled. */
export interface NoCount {
  readonly kind: "NoCount";
  readonly text: string;
}

export interface GuardedCount<Found extends FoundCount = FoundCount> {
  /** "NodePool gb200-a spec.targetRacks" */
  readonly name: string;
  /** Reads past every cache. */
  read(): Promise<Found | NoCount>;
  /** What comes before a write that is due. @returns why not to write, "" to go on */
  prepare?(found: Found): Promise<string>;
  /** One request in which the server tests uid and old count. */
  patch(found: Found, to: number): Promise<unknown>;
}

export interface WantedChange {
  readonly uid: string;
  readonly from: number;
  readonly to: number;
}

type Verdict<Found> = WriteOutcome | { readonly kind: "Writable"; readonly found: Found };

/**
 * Changes a count from `from` to `to` once. What failed with the outcome unknown is judged by what
 * stands there afterwards, so that repeating it is safe. @throws PortError when nothing was written
 */
export async function writeGuarded<Found extends FoundCount>(
  target: GuardedCount<Found>,
  change: WantedChange,
): Promise<WriteOutcome> {
  const before = judge(target, change, await target.read());
  if (before.kind !== "Writable") return before;
  const obstacle = (await target.prepare?.(before.found)) ?? "";
  if (obstacle !== "") return { kind: "Conflict", found: obstacle };
  try {
    await target.patch(before.found, change.to);
  } catch (error) {
    return afterFailure(target, change, error);
  }
  const after = judge(target, change, await target.read());
  if (after.kind === "AlreadyDone") return { kind: "Written" };
  if (after.kind !== "Writable") return after;
  return { kind: "Conflict", found: `${target.name} is ${change.from} again after our write` };
}

function judge<Found extends FoundCount>(
  { name }: GuardedCount<Found>,
  { uid, from, to }: WantedChange,
  found: Found | NoCount,
): Verdict<Found> {
  if (found.kind === "NoCount") return { kind: "Conflict", found: found.text };
  if (found.uid !== uid) {
    const text = `${name} belongs to another object now: uid ${found.uid}, expected ${uid}`;
    return { kind: "Conflict", found: text };
  }
  if (found.count === to) return { kind: "AlreadyDone" };
  if (found.count === from) return { kind: "Writable", found };
  return { kind: "Conflict", found: `${name} is ${found.count}, expected ${from} or ${to}` };
}

async function afterFailure<Found extends FoundCount>(
  target: GuardedCount<Found>,
  change: WantedChange,
  error: unknown,
): Promise<WriteOutcome> {
  const unknown = error instanceof PortError && error.retryable;
  if (!unknown && !isRefusedWrite(error)) throw error;
  const verdict = judge(target, change, await target.read());
  // Still as before: the server refused it for a reason of its own, or never did it.
  if (verdict.kind === "Writable") throw error;
  return verdict;
}
