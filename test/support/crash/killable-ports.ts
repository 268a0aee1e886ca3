/** Ports of a process that dies at a chosen call; from then on it calls nothing any more. */
import type { ClusterNodes } from "../../../src/ports/cluster-nodes.ts";
import type { Clock } from "../../../src/ports/clock.ts";
import type { DecisionLog } from "../../../src/ports/decision-log.ts";
import type { DecisionStore } from "../../../src/ports/decision-store.ts";
import type { EventSink } from "../../../src/ports/event-sink.ts";
import type { FleetStore } from "../../../src/ports/fleet-store.ts";
import type { LeaderLock } from "../../../src/ports/leader-lock.ts";
import type { MemoryStore } from "../../../src/ports/memory-store.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import type { RackBackend } from "../../../src/ports/rack-backend.ts";
import type { SignalSource } from "../../../src/ports/signal-source.ts";
import type { Telemetry } from "../../../src/ports/telemetry.ts";
import type { Workloads } from "../../../src/ports/workloads.ts";

/** Not a PortError: no code of the controller may catch it, as none can catch a SIGKILL. */
export class ProcessDied extends Error {}

export interface PortCall {
  /** `decisions.setPhase Executing`: the method, and what tells its writes apart. */
  readonly name: string;
  readonly isWrite: boolean;
}

/** Around every call; either may throw `ProcessDied`. */
export interface Reaper {
  before(call: PortCall): void;
  after(call: PortCall): void;
}

/** `local`: changes nothing outside the process, or is not done by a tick. */
type Effect = "read" | "write" | "local";

type Methods<T> = {
  readonly [M in keyof T as T[M] extends (...call: never[]) => unknown ? M : never]: Effect;
};

/** What each method of each port does: one that is not said here does not compile. */
const EFFECTS = {
  clock: { now: "local" } satisfies Methods<Clock>,
  signals: { read: "read", history: "read" } satisfies Methods<SignalSource>,
  store: {
    read: "read",
    writePoolStatus: "write",
    writeFleetStatus: "write",
    writeOverrideStatus: "write",
    reportBroken: "write",
  } satisfies Methods<FleetStore>,
  backends: { read: "read", write: "write", spare: "write" } satisfies Methods<RackBackend>,
  nodes: {
    list: "read",
    withUids: "read",
    marked: "read",
    cordon: "write",
    uncordon: "write",
    fence: "write",
    unfence: "write",
  } satisfies Methods<ClusterNodes>,
  workloads: {
    read: "read",
    evict: "write",
    blockedTogether: "read",
    scale: "write",
    mark: "write",
    eject: "write",
    readmit: "write",
  } satisfies Methods<Workloads>,
  decisions: { list: "read", open: "write", setPhase: "write" } satisfies Methods<DecisionStore>,
  memory: { load: "read", save: "write" } satisfies Methods<MemoryStore>,
  log: { append: "write", tail: "read" } satisfies Methods<DecisionLog>,
  events: { publish: "write" } satisfies Methods<EventSink>,
  lock: { state: "local", mayWrite: "local", release: "local" } satisfies Methods<LeaderLock>,
  telemetry: { tick: "local", tickFailed: "local", forget: "local" } satisfies Methods<Telemetry>,
} as const satisfies Readonly<Record<keyof Ports, Readonly<Record<string, Effect>>>>;

/** Every method of the ports by which a tick changes something outside the process. */
export const PORT_WRITES: readonly string[] = Object.entries(EFFECTS).flatMap(([port, methods]) =>
  Object.entries(methods).flatMap(([method, effect]) =>
    effect === "write" ? [`${port}.${method}`] : [],
  ),
);

/** @returns the ports of one process; a new process gets new ones around the same world */
export function killable(ports: Ports, reaper: Reaper): Ports {
  const process = { dead: false };
  const wrap = <T extends object>(port: T, at: keyof typeof EFFECTS): T =>
    watched({ port, at, process, reaper });
  const backends = Object.fromEntries(
    Object.entries(ports.backends).map(([kind, backend]) => [kind, wrap(backend, "backends")]),
  );
  return {
    ...ports,
    backends,
    signals: wrap(ports.signals, "signals"),
    store: wrap(ports.store, "store"),
    nodes: wrap(ports.nodes, "nodes"),
    workloads: wrap(ports.workloads, "workloads"),
    decisions: wrap(ports.decisions, "decisions"),
    memory: wrap(ports.memory, "memory"),
    log: wrap(ports.log, "log"),
    events: wrap(ports.events, "events"),
  };
}

interface Watched<T> {
  readonly port: T;
  readonly at: keyof typeof EFFECTS;
  readonly process: { dead: boolean };
  readonly reaper: Reaper;
}

function watched<T extends object>({ port, at, process, reaper }: Watched<T>): T {
  const dying = (moment: (call: PortCall) => void, call: PortCall): void => {
    if (process.dead) throw new ProcessDied(call.name);
    try {
      moment(call);
    } catch (error) {
      process.dead = true;
      throw error;
    }
  };
  return new Proxy(port, {
    get: (target, key, receiver) => {
      const method: unknown = Reflect.get(target, key, receiver);
      if (typeof method !== "function") return method;
      return async (...given: readonly unknown[]) => {
        const call = callOf(at, String(key), given);
        dying(reaper.before, call);
        const answer: unknown = await Reflect.apply(method, target, [...given]);
        dying(reaper.after, call);
        return answer;
      };
    },
  });
}

function callOf(at: keyof typeof EFFECTS, method: string, given: readonly unknown[]): PortCall {
  const effects: Readonly<Record<string, Effect>> = EFFECTS[at];
  const isWrite = effects[method] === "write";
  const name = [`${at}.${method}`, isWrite ? distinction(given) : ""].join(" ").trimEnd();
  return { name, isWrite };
}

/** What tells writes of one method apart: the phase, the direction of a count, a mark on or off. */
function distinction([first, second]: readonly unknown[]): string {
  const { phase } = fieldsOf(first);
  if (typeof phase === "string") return phase;
  if (typeof second === "boolean") return second ? "on" : "off";
  const { from, to } = fieldsOf(second);
  if (typeof from === "number" && typeof to === "number") return to > from ? "up" : "down";
  return "";
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
