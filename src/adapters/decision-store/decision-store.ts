import { canonical } from "../../core/canonical.ts";
import { DAY_MS, elapsed, type EpochMs, HOUR_MS } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";
import type { DecisionStore, Evidence, OpenIntent, SetPhase } from "../../ports/decision-store.ts";
import { PortError } from "../../ports/errors.ts";
import type { KubeClient } from "../kubernetes/client.ts";
import { type Json, metaOf, objectAt, valueAt } from "../kubernetes/decode.ts";
import { isNotFound, isRefusedWrite } from "../kubernetes/failures.ts";
import { forEachLimited } from "../kubernetes/for-each-limited.ts";
import { type Lifecycle, lifecycleOf, type Reflector, reflector } from "../kubernetes/reflector.ts";
import { type ObjectAt, objectName, SCALE_DECISIONS } from "../kubernetes/resources.ts";
import type { Timers } from "../kubernetes/timers.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { isOpen } from "../../core/intents.ts";
import { decodeDecision, finalizersOf, type KeptDecision } from "./decode.ts";
import { decisionObject, evidenceOf, fleetOf, instantText, reasonText } from "./encode.ts";

/** Memory may not have seen the end of a decision closed this recently. */
const CLOSED_SHOWN_MS = HOUR_MS;
/** Decisions are kept for audits this long after they closed. */
const KEPT_MS = 30 * DAY_MS;
/** Keeps a decision that is being carried out from vanishing under us. */
const EXECUTING_FINALIZER = "breakwater.dev/executing";
const CONFLICT_ATTEMPTS = 4;
const STATUS = { subresource: "status" };

export interface DecisionStoreOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly warn: Warn;
}

export interface RunningDecisionStore extends DecisionStore, Lifecycle {
  /** Deletes decisions closed 30 days ago; for the leader, about once an hour. @throws PortError */
  sweep(): Promise<void>;
}

interface Store {
  readonly options: DecisionStoreOptions;
  readonly decisions: Reflector<KeptDecision>;
}

/** Intents as ScaleDecision objects in the namespaces of their fleets. */
export function decisionStore(options: DecisionStoreOptions): RunningDecisionStore {
  const selection = { resource: SCALE_DECISIONS, namespace: "" };
  const decisions = reflector({ ...options, selection, decode: decodeDecision });
  const store: Store = { options, decisions };
  return {
    ...lifecycleOf(decisions),
    list: async () => {
      const now = options.clock.now();
      const shown = decisions.snapshot().filter(({ closedAt }) => isRecent(closedAt, now));
      return shown.map(({ intent }) => intent);
    },
    open: (action, evidence) => open(store, action, evidence),
    setPhase: (action) => setPhase(store, action),
    sweep: () => sweep(store),
  };
}

const isRecent = (closedAt: EpochMs | null, now: EpochMs): boolean =>
  closedAt === null || elapsed(closedAt, now) < CLOSED_SHOWN_MS;

function locate(intent: string, fleet: SetPhase["fleet"]): ObjectAt {
  const { namespace } = fleetOf({ fleet });
  return { resource: SCALE_DECISIONS, namespace, name: intent };
}

async function open(store: Store, action: OpenIntent, evidence: Evidence): Promise<void> {
  const { client, clock } = store.options;
  const { intent, reason } = action;
  const at = locate(intent.name, intent.fleet);
  const created = await createOrMatch(client, at, decisionObject(intent, evidence));
  store.decisions.written(created);
  // A first try that ended here left the object without status; one that went on left a phase.
  if (valueAt(created, "status", "phase") !== undefined) return;
  const status = {
    phase: intent.phase,
    phaseSince: instantText(clock.now()),
    reason: reasonText(reason),
    evidence: evidenceOf(evidence),
  };
  const body = { metadata: { uid: metaOf(created).uid }, status };
  store.decisions.written(await client.mergePatch(at, body, STATUS));
}

async function createOrMatch(client: KubeClient, at: ObjectAt, wanted: Json): Promise<Json> {
  try {
    return await client.create(at, wanted);
  } catch (error) {
    if (!(error instanceof PortError) || error.code !== "conflict") throw error;
    const found = await client.get(at);
    if (hasSpec(found, objectAt(wanted, "spec"))) return found;
    const text = `creating ${objectName(at)}: one with another specification exists`;
    throw new PortError("conflict", text, error);
  }
}

/** Approvals come later and from others; everything that was decided must be the same. */
function hasSpec(found: Json, wanted: Json): boolean {
  const spec = objectAt(found, "spec");
  return Object.entries(wanted).every(
    ([key, value]) => canonical(spec[key] ?? null) === canonical(value),
  );
}

async function setPhase(store: Store, action: SetPhase): Promise<void> {
  const at = locate(action.intent, action.fleet);
  const executing = action.phase === "Executing";
  try {
    if (executing) await setFinalizer(store, at, true);
    await writePhase(store, at, action);
    if (!isOpen(action.phase)) await setFinalizer(store, at, false);
  } catch (error) {
    // Somebody deleted it: for a closed one there is nothing left to say.
    if (!isNotFound(error) || isOpen(action.phase)) throw error;
  }
}

async function writePhase(store: Store, at: ObjectAt, action: SetPhase): Promise<void> {
  const { client, clock } = store.options;
  const { phase, askedRacks, reason } = action;
  const known = store.decisions
    .snapshot()
    .find(({ intent }) => intent.name === at.name && intent.fleet === action.fleet);
  const asked = askedRacks ?? known?.intent.askedRacks ?? null;
  if (known?.intent.phase === phase && known.intent.askedRacks === asked) return;
  const status = {
    phase,
    phaseSince: instantText(clock.now()),
    reason: reasonText(reason),
    ...(asked !== null && { racks: { asked } }),
  };
  store.decisions.written(await client.mergePatch(at, { status }, STATUS));
}

async function setFinalizer(store: Store, at: ObjectAt, wanted: boolean): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await setFinalizerOnce(store, at, wanted);
    } catch (error) {
      if (!isRefusedWrite(error) || attempt === CONFLICT_ATTEMPTS) throw error;
    }
  }
}

async function setFinalizerOnce(store: Store, at: ObjectAt, wanted: boolean): Promise<void> {
  const { client } = store.options;
  const object = await client.get(at);
  const present = finalizersOf(object);
  if (present.includes(EXECUTING_FINALIZER) === wanted) return;
  const others = present.filter((entry) => entry !== EXECUTING_FINALIZER);
  const finalizers = wanted ? [...others, EXECUTING_FINALIZER] : others;
  const { uid, resourceVersion } = metaOf(object);
  const body = { metadata: { uid, resourceVersion, finalizers } };
  store.decisions.written(await client.mergePatch(at, body));
}

/** Also takes the finalizer off decisions whose end was written by a run that died right then. */
async function sweep(store: Store): Promise<void> {
  const now = store.options.clock.now();
  const closed = store.decisions.snapshot().filter(({ closedAt }) => closedAt !== null);
  await forEachLimited(closed, async ({ intent, uid, closedAt, finalizers }) => {
    const at = locate(intent.name, intent.fleet);
    try {
      if (finalizers.includes(EXECUTING_FINALIZER)) await setFinalizer(store, at, false);
      if (closedAt !== null && elapsed(closedAt, now) >= KEPT_MS) {
        await store.options.client.delete(at, uid);
      }
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  });
}
