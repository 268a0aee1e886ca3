import { setImmediate as nextTurn } from "node:timers/promises";
import type { Timers } from "../../src/adapters/kubernetes/timers.ts";
import { type EpochMs, epochMs } from "../../src/core/units.ts";
import type { Clock } from "../../src/ports/clock.ts";

/** Turns of the event loop after which promise chains of the code under test have come to rest. */
const TURNS_TO_SETTLE = 12;

/** Time that passes only when a test says so. */
export interface VirtualTimers extends Timers {
  /** The wall clock that goes with it, from 2026-12-01T18:00:00Z. */
  readonly clock: Clock;
  /** Lets `ms` pass, firing what falls due in order, and everything that follows from it. */
  advance(ms: number): Promise<void>;
  /** Lets running promise chains come to rest without time passing. */
  settle(): Promise<void>;
  /** Awaits a promise while time passes as fast as it is asked to wait. */
  runUntil<T>(promise: Promise<T>): Promise<T>;
}

interface Pending {
  readonly dueMs: number;
  readonly fire: () => void;
}

const STARTS_AT: EpochMs = epochMs(Date.UTC(2026, 11, 1, 18));

/** @param random what every draw yields */
export function virtualTimers(random = 0.5): VirtualTimers {
  const pending = new Set<Pending>();
  let nowMs = 0;
  const earliest = () => [...pending].sort((a, b) => a.dueMs - b.dueMs)[0];
  const fire = (timer: Pending) => {
    pending.delete(timer);
    nowMs = Math.max(nowMs, timer.dueMs);
    timer.fire();
  };
  const advance = async (ms: number) => {
    const targetMs = nowMs + ms;
    await settle();
    for (let next = earliest(); next && next.dueMs <= targetMs; next = earliest()) {
      fire(next);
      await settle();
    }
    nowMs = targetMs;
  };
  const runUntil = async <T>(promise: Promise<T>): Promise<T> => {
    let done = false;
    const finish = () => {
      done = true;
    };
    promise.then(finish, finish);
    for (await settle(); !done; await settle()) {
      const next = earliest();
      if (next === undefined) throw new Error("waits for something that no timer will bring");
      fire(next);
    }
    return promise;
  };
  return {
    clock: { now: () => epochMs(STARTS_AT + nowMs) },
    monotonicMs: () => nowMs,
    random: () => random,
    after: (delayMs, fire) => {
      const timer = { dueMs: nowMs + delayMs, fire };
      pending.add(timer);
      return () => void pending.delete(timer);
    },
    advance,
    settle,
    runUntil,
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS_TO_SETTLE; turn += 1) await nextTurn();
}
