import type { Clock } from "../../ports/clock.ts";
import type { LeaderLock } from "../../ports/leader-lock.ts";
import type { CallOptions, KubeClient } from "../kubernetes/client.ts";
import type { Json } from "../kubernetes/decode.ts";
import { describe, orMissing } from "../kubernetes/failures.ts";
import { LEASES, type ObjectAt } from "../kubernetes/resources.ts";
import { sleep, type Timers } from "../kubernetes/timers.ts";
import { microTimestamp } from "../kubernetes/timestamps.ts";
import type { Warn } from "../kubernetes/warn.ts";
import { decodeLease, type LeaseRecord } from "./decode.ts";

/** client-go's defaults, which survive an API server restart without changing hands. */
const LEASE_DURATION_MS = 15_000;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_PERIOD_MS = 2_000;
/** Replicas that wait for one lease should not try in step. */
const RETRY_JITTER = 0.2;

export interface LeaderLockOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly warn: Warn;
  /** The controller's own namespace. */
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Unique among replicas: the pod's name. */
  readonly identity: string;
  /** How long others wait after the last renewal they saw; whole seconds. */
  readonly leaseDurationMs?: number;
  /** How long after our last renewal writes may still start; less than the duration. */
  readonly renewDeadlineMs?: number;
  readonly retryPeriodMs?: number;
  /** Called once each time leadership ends without `release`. */
  readonly onLost?: () => void;
}

export interface RunningLeaderLock extends LeaderLock {
  start(): void;
}

interface Timing {
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

interface State {
  readonly options: LeaderLockOptions;
  readonly timing: Timing;
  readonly at: ObjectAt;
  readonly stopping: AbortController;
  leading: boolean;
  /** When the request of the last renewal was sent: the server's clock starts no earlier. */
  renewedAtMs: number;
  observed: LeaseRecord | null;
  /** When the record was first seen as it is: local time is all that is ever compared. */
  observedAtMs: number;
}

/** Leadership by a Lease, renewed beside the ticks. */
export function leaderLock(options: LeaderLockOptions): RunningLeaderLock {
  const state: State = {
    options,
    timing: timingOf(options),
    at: { resource: LEASES, namespace: options.namespace, name: options.name },
    stopping: new AbortController(),
    leading: false,
    renewedAtMs: 0,
    observed: null,
    observedAtMs: 0,
  };
  let running: Promise<void> | null = null;
  const mayWrite = () => state.leading && sinceRenewalMs(state) < state.timing.renewDeadlineMs;
  return {
    start: () => {
      running ??= run(state);
    },
    state: () => ({ leading: mayWrite(), holder: state.observed?.holder ?? "" }),
    mayWrite,
    release: async () => {
      state.stopping.abort();
      await running;
      await giveUp(state);
    },
  };
}

function timingOf(options: LeaderLockOptions): Timing {
  const timing = {
    leaseDurationMs: options.leaseDurationMs ?? LEASE_DURATION_MS,
    renewDeadlineMs: options.renewDeadlineMs ?? RENEW_DEADLINE_MS,
    retryPeriodMs: options.retryPeriodMs ?? RETRY_PERIOD_MS,
  };
  const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = timing;
  if (leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs) return timing;
  throw new RangeError(
    `lease duration ${leaseDurationMs} ms, renew deadline ${renewDeadlineMs} ms and retry period ` +
      `${retryPeriodMs} ms: expected each to be longer than the next`,
  );
}

const sinceRenewalMs = ({ options, renewedAtMs }: State): number =>
  options.timers.monotonicMs() - renewedAtMs;

async function run(state: State): Promise<void> {
  const { timers, warn, name } = state.options;
  const { signal } = state.stopping;
  while (!signal.aborted) {
    try {
      await acquireOrRenew(state);
    } catch (error) {
      warn("lease not renewed", { lease: name, leading: state.leading, error: describe(error) });
    }
    if (state.leading && sinceRenewalMs(state) >= state.timing.renewDeadlineMs) lose(state);
    const jitter = 1 + RETRY_JITTER * timers.random();
    await sleep(timers, state.timing.retryPeriodMs * jitter, signal);
  }
}

function lose(state: State): void {
  state.leading = false;
  state.options.onLost?.();
}

/** A call that outlives the deadline would hide that the deadline has passed. */
function callOf({ timing }: State): CallOptions {
  return { attempts: 1, deadlineMs: timing.renewDeadlineMs / 2 };
}

async function acquireOrRenew(state: State): Promise<void> {
  const sentAtMs = state.options.timers.monotonicMs();
  const { client } = state.options;
  const lease = await current(state);
  if (lease === null) {
    await took(state, sentAtMs, await client.create(state.at, fresh(state), callOf(state)));
    return;
  }
  observe(state, lease);
  if (heldByAnother(state, lease)) {
    if (state.leading) lose(state);
    return;
  }
  const body = renewed(state, lease);
  await took(state, sentAtMs, await client.replace(state.at, body, callOf(state)));
}

const current = (state: State): Promise<LeaseRecord | null> =>
  orMissing(async () => decodeLease(await state.options.client.get(state.at, callOf(state))));

function observe(state: State, lease: LeaseRecord): void {
  const changed = state.observed?.fingerprint !== lease.fingerprint;
  if (changed) state.observedAtMs = state.options.timers.monotonicMs();
  state.observed = lease;
}

function heldByAnother(state: State, { holder, durationMs }: LeaseRecord): boolean {
  if (holder === "" || holder === state.options.identity) return false;
  return state.options.timers.monotonicMs() - state.observedAtMs < durationMs;
}

async function took(state: State, sentAtMs: number, lease: Json): Promise<void> {
  observe(state, decodeLease(lease));
  state.renewedAtMs = sentAtMs;
  state.leading = true;
}

interface LeaseFields {
  readonly holder: string;
  readonly durationMs: number;
  readonly transitions: number;
  readonly acquireTime: string;
  /** "" for a new object. */
  readonly resourceVersion: string;
}

function leaseObject({ at, options }: State, fields: LeaseFields): Json {
  const { resourceVersion } = fields;
  return {
    apiVersion: LEASES.apiVersion,
    kind: LEASES.kind,
    metadata: {
      name: at.name,
      namespace: at.namespace,
      ...(resourceVersion !== "" && { resourceVersion }),
    },
    spec: {
      holderIdentity: fields.holder,
      leaseDurationSeconds: Math.ceil(fields.durationMs / 1000),
      acquireTime: fields.acquireTime,
      renewTime: microTimestamp(options.clock.now()),
      leaseTransitions: fields.transitions,
    },
  };
}

const fresh = (state: State): Json =>
  leaseObject(state, {
    holder: state.options.identity,
    durationMs: state.timing.leaseDurationMs,
    transitions: 0,
    acquireTime: microTimestamp(state.options.clock.now()),
    resourceVersion: "",
  });

function renewed(state: State, lease: LeaseRecord): Json {
  const ours = lease.holder === state.options.identity && lease.acquireTime !== "";
  return leaseObject(state, {
    holder: state.options.identity,
    durationMs: state.timing.leaseDurationMs,
    transitions: lease.transitions + (ours ? 0 : 1),
    acquireTime: ours ? lease.acquireTime : microTimestamp(state.options.clock.now()),
    resourceVersion: lease.resourceVersion,
  });
}

/** Leaves the lease so that the next try of a standby takes it. Failing costs them the duration. */
async function giveUp(state: State): Promise<void> {
  const { client, warn, name } = state.options;
  const { observed, leading } = state;
  state.leading = false;
  if (!leading || observed === null) return;
  const body = leaseObject(state, { ...observed, holder: "", durationMs: 1000 });
  try {
    observe(state, decodeLease(await client.replace(state.at, body, callOf(state))));
  } catch (error) {
    warn("lease not released", { lease: name, error: describe(error) });
  }
}
