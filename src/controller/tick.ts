/**
 * One tick: observe → decide → record → remember → act → report, atomic at one `now`. The same
 * function runs live and in the simulated world; it talks to ports only and never waits.
 */
import type { Digest } from "../core/canonical.ts";
import { decideCandidate } from "../core/candidate.ts";
import type { CandidateDecided } from "../core/candidate.ts";
import type { CompiledGroup } from "../core/compiled.ts";
import { decide } from "../core/decide.ts";
import type { Decided } from "../core/decide.ts";
import { InvariantError } from "../core/invariants.ts";
import type { GroupObservation } from "../core/observation.ts";
import type { Policy } from "../core/policy/policy.ts";
import { KEYFRAME_EVERY, makeRecord } from "../core/record.ts";
import { MINUTE_MS, elapsed, millis } from "../core/units.ts";
import { PortError } from "../ports/errors.ts";
import type { Ports } from "../ports/ports.ts";
import { closeAbandoned } from "./abandoned.ts";
import { act } from "./act.ts";
import { announce } from "./announce.ts";
import { NOTHING_CARRIED } from "./carried.ts";
import type { Carried, CarriedGroup } from "./carried.ts";
import { evidenceOf } from "./evidence.ts";
import { removeLeftovers } from "./leftovers.ts";
import { observeGroup, observeWorld } from "./observe.ts";
import { recall } from "./recall.ts";
import { reportOverrides, reportUndecided, writeStatuses } from "./report.ts";

export interface TickOptions {
  readonly codeVersion: string;
  readonly digest: Digest;
  /** Milliseconds on a monotonic clock, for the tick's duration only; never decided on. */
  readonly stopwatch: () => number;
  /** Absent: our own. Studies run others on the same tick, to compare. */
  readonly policy?: Policy;
  /** Named in the records, where several replicas take turns. */
  readonly identity?: string;
}

/** Memory that did not lead to an action is saved at most this often. */
const SAVE_EVERY_MS = millis(5 * MINUTE_MS);

/** @returns what the next tick carries on with; never throws for a port or an invariant */
export async function tick(ports: Ports, carried: Carried, options: TickOptions): Promise<Carried> {
  if (!ports.lock.state().leading) {
    for (const name of Object.keys(carried.groups)) ports.telemetry.forget(name);
    return NOTHING_CARRIED;
  }
  const now = ports.clock.now();
  const seen = await guarded(ports, "world", () => observeWorld(ports, now));
  if (!seen.ok) return carried;
  const world = seen.value;
  await guarded(ports, "world", () => reportUndecided(ports, world));
  await guarded(ports, "world", () => closeAbandoned(ports, world));
  await guarded(ports, "world", () => removeLeftovers(ports, world));
  const names = new Set(world.groups.map(({ name }) => name));
  for (const name of Object.keys(carried.groups))
    if (!names.has(name)) ports.telemetry.forget(name);
  // All at once: one silent metrics source must not keep the groups after it waiting.
  const observations = await Promise.all(
    world.groups.map((group) =>
      guarded(ports, group.name, () => observeGroup(ports, world, group)),
    ),
  );
  let next: Carried = { ...carried, groups: {} };
  for (const [index, group] of world.groups.entries()) {
    const before = { ...next, groups: carried.groups };
    const observed = observations[index];
    const end =
      observed?.ok === true
        ? await guarded(ports, group.name, () =>
            tickGroup(ports, group, observed.value, { before, options }),
          )
        : { ok: false as const, code: observed?.code ?? "" };
    next = merge(next, group.name, end, carried.groups[group.name]);
  }
  await guarded(ports, "world", () => reportOverrides(ports, world));
  return next;
}

interface GroupEnd {
  readonly group: CarriedGroup;
  readonly log: Carried["log"];
}

/**
 * A group whose tick failed keeps what it carried, unless the stored memory is no longer that: then
 * it is read again. How far the log got is not known: it is asked, and a keyframe follows.
 */
function merge(
  next: Carried,
  name: string,
  end: Outcome<GroupEnd>,
  before: CarriedGroup | undefined,
): Carried {
  if (end.ok) {
    return { groups: { ...next.groups, [name]: end.value.group }, log: end.value.log };
  }
  if (before === undefined || end.code === "conflict") return { ...next, log: null };
  const kept = { ...before, sinceKeyframe: 0 };
  return { groups: { ...next.groups, [name]: kept }, log: null };
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string };

/** An error of a port or a broken invariant ends this part of the tick; all else is a bug. */
async function guarded<T>(ports: Ports, what: string, work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    const code = codeOf(error);
    if (code === null || !(error instanceof Error)) throw error;
    ports.telemetry.tickFailed(what, code, error.message);
    return { ok: false, code };
  }
}

function codeOf(error: unknown): string | null {
  if (error instanceof PortError) return error.code;
  return error instanceof InvariantError ? error.invariant : null;
}

interface Continuation {
  readonly before: Carried;
  readonly options: TickOptions;
}

async function tickGroup(
  ports: Ports,
  group: CompiledGroup,
  observation: GroupObservation,
  { before, options }: Continuation,
): Promise<GroupEnd> {
  const started = options.stopwatch();
  const carried = before.groups[group.name] ?? (await recall(ports, group, observation.now));
  const decided = decide(group, observation, carried.memory, options.policy);
  const candidate = options.policy === undefined ? candidateOf(group, observation, carried) : null;
  const subject = { group, observation, carried, decided, candidate };
  const log = await record(ports, subject, { before, options });
  const saved = await save(ports, group.name, carried, decided);
  const { decision } = decided;
  const { digest } = options;
  const actions = await act(decision.plan, ports, {
    group,
    intents: observation.intents,
    evidenceFor: ({ intent }) => evidenceOf(intent, { group, observation, decision, digest }),
  });
  await writeStatuses(ports, group, { decision: decided.decision, observation });
  const told = await guarded(ports, group.name, () =>
    announce(ports, group, { decided, actions, before: carried.announced }),
  );
  const announced = told.ok ? told.value : carried.announced;
  ports.telemetry.tick({
    group,
    observation,
    memory: carried.memory,
    decision: decided.decision,
    actions,
    ...(candidate && { candidate: candidate.fleets }),
    durationMs: millis(options.stopwatch() - started),
  });
  const { candidate: _, ...kept } = saved;
  const tried = candidate && { candidate: candidate.memory };
  return { group: { ...kept, announced, ...keyframes(carried), ...tried }, log };
}

/** Tried out beside the policy that acts: what it wants is recorded, what it plans is dropped. */
const candidateOf = (
  group: CompiledGroup,
  observation: GroupObservation,
  carried: CarriedGroup,
): CandidateDecided | null =>
  decideCandidate(group, observation, carried.candidate ?? carried.memory);

const keyframes = ({ sinceKeyframe }: CarriedGroup): Pick<CarriedGroup, "sinceKeyframe"> => ({
  sinceKeyframe: (sinceKeyframe + 1) % KEYFRAME_EVERY,
});

interface Subject {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly carried: CarriedGroup;
  readonly decided: Decided;
  readonly candidate: CandidateDecided | null;
}

async function record(
  ports: Ports,
  { group, observation, carried, decided, candidate }: Subject,
  { before, options }: Continuation,
): Promise<Carried["log"]> {
  if (!ports.log.keeps) return null;
  const tail = before.log ?? (await ports.log.tail());
  const { codeVersion, digest, policy, identity } = options;
  const { record: entry, line } = makeRecord(
    {
      codeVersion,
      group,
      observation,
      memory: carried.memory,
      decision: decided.decision,
      sizedBy: policy && { policy: policy.name, knob: policy.knob },
      leader: identity,
      candidate,
    },
    {
      index: (tail?.index ?? -1) + 1,
      previousHash: tail?.hash ?? "",
      keyframe: carried.sinceKeyframe === 0,
      start: tail === null && identity !== undefined ? NOTHING_TO_CONTINUE : undefined,
    },
    digest,
  );
  await ports.log.append(entry, line);
  return { index: entry.index, hash: digest(line) };
}

const NOTHING_TO_CONTINUE = "the log had no record";

/** Saved before any actuation, else every few minutes: each tick would wear out etcd. */
async function save(
  ports: Ports,
  name: string,
  carried: CarriedGroup,
  { decision, memory }: Decided,
): Promise<CarriedGroup> {
  const { savedAt } = carried;
  const now = decision.at;
  const due = savedAt === null || elapsed(savedAt, now) >= SAVE_EVERY_MS;
  // Past the lease deadline nothing is written, and the plan is fenced too.
  const fenced = !ports.lock.mayWrite();
  if (fenced || (decision.plan.length === 0 && !due)) return { ...carried, memory };
  const version = await ports.memory.save(name, memory, carried.version);
  return { ...carried, memory, version, savedAt: now };
}
