/** The model behind the controller's ports: small, exact, and interruptible at every call. */
import { createHash } from "node:crypto";
import type { CompiledGroup, CompiledPool } from "../../../src/core/compiled.ts";
import { canonical } from "../../../src/core/canonical.ts";
import type { Action, NodeRef, PodRef } from "../../../src/core/decision.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type { GroupObservation, UngroupedNode } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import type { DecisionRecord } from "../../../src/core/record.ts";
import { after, elapsed, millis } from "../../../src/core/units.ts";
import type { Evidence } from "../../../src/ports/decision-store.ts";
import type { RackBackend, WriteOutcome } from "../../../src/ports/rack-backend.ts";
import type { EvictOutcome, ReplicaWrite, Workloads } from "../../../src/ports/workloads.ts";
import type { ClusterEvent } from "../../../src/ports/event-sink.ts";
import { PortError } from "../../../src/ports/errors.ts";
import type { DesiredState, FleetStatus, PoolStatus } from "../../../src/ports/fleet-store.ts";
import type { MarkedNode } from "../../../src/ports/cluster-nodes.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import type { DemandSample } from "../../../src/ports/signal-source.ts";
import type { TickReport } from "../../../src/ports/telemetry.ts";
import { aGroupObservation, aLoad, someSignals } from "../builders/observed.ts";
import { applyAction, markPods, routePods, setMember, setReplicas } from "./apply.ts";
import { provide } from "./provider.ts";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Called around every call of a port, with its name; may throw. */
export interface Interruption {
  before(call: string): void;
  after(call: string): void;
}

const NONE: Interruption = { before: () => {}, after: () => {} };

interface Failure {
  readonly what: string;
  readonly code: string;
  readonly message: string;
}

export class ModelCluster {
  readonly group: CompiledGroup;
  world: GroupObservation = aGroupObservation();
  desired: Partial<DesiredState> = {};
  arrivals = 1;
  mayWrite = true;
  leading = true;
  memory: { readonly memory: GroupMemory; readonly version: string } | null = null;
  history: readonly DemandSample[] = [];
  evictions: EvictOutcome["kind"] = "Evicted";
  /** Why not all pods of a gang may go at once; null: they may. */
  together: string | null = null;
  interruption: Interruption = NONE;
  readonly calls: string[] = [];
  readonly records: DecisionRecord[] = [];
  readonly lines: string[] = [];
  readonly events: ClusterEvent[] = [];
  readonly reports: TickReport[] = [];
  readonly failures: Failure[] = [];
  readonly fleetStatuses: FleetStatus[] = [];
  /** Names of overrides, each with the reason of its condition InForce. */
  readonly overrideStandings: string[] = [];
  readonly poolStatuses: PoolStatus[] = [];
  readonly broken: string[] = [];
  readonly forgotten: string[] = [];
  readonly evidence: Evidence[] = [];

  constructor(group: CompiledGroup) {
    this.group = group;
  }

  /** Lets time pass; provider and workload act. */
  pass(ms: number): void {
    this.world = { ...provide(this.world), now: after(this.world.now, millis(ms)) };
  }

  ports(): Ports {
    return {
      clock: { now: () => this.world.now },
      signals: {
        read: (_fleet, at) => this.call("signals.read", () => this.snapshot(at)),
        history: (_fleet, { at, windowMs }) =>
          this.call("signals.history", () =>
            this.history.filter((sample) => sample.at <= at && elapsed(sample.at, at) < windowMs),
          ),
      },
      store: this.store(),
      backends: {
        simulated: this.backend(),
      },
      nodes: {
        list: () => this.call("nodes.list", () => this.nodes()),
        withUids: (uids) =>
          this.call("nodes.withUids", () => this.nodes().filter(({ uid }) => uids.includes(uid))),
        marked: (pools) => this.call("nodes.marked", () => this.markedOutside(pools)),
        cordon: (nodes) => this.call("nodes.cordon", () => this.mark("Cordon", nodes)),
        uncordon: (nodes) => this.call("nodes.uncordon", () => this.mark("Uncordon", nodes)),
        fence: (nodes, taint) =>
          this.call("nodes.fence", () => this.apply({ kind: "Fence", ...of(nodes), taint })),
        unfence: (nodes, taint, at) =>
          this.call("nodes.unfence", () =>
            this.apply({ kind: "Unfence", ...of(nodes), taint, at }),
          ),
      },
      workloads: this.workloads(),
      decisions: {
        list: () => this.call("decisions.list", () => this.world.intents),
        open: (action, evidence) =>
          this.call("decisions.open", () => {
            this.evidence.push(evidence);
            this.apply(action);
          }),
        setPhase: (action) => this.call("decisions.setPhase", () => this.apply(action)),
      },
      memory: {
        load: () => this.call("memory.load", () => this.memory),
        save: (_group, memory, previous) =>
          this.call("memory.save", () => this.save(memory, previous)),
      },
      log: {
        keeps: true,
        append: (record, line) =>
          this.call("log.append", () => {
            this.records.push(record);
            this.lines.push(line);
          }),
        tail: () => this.call("log.tail", () => this.tail()),
      },
      events: {
        publish: (event) => this.call("events.publish", () => void this.events.push(event)),
      },
      lock: {
        state: () => ({ leading: this.leading, holder: this.leading ? "me" : "other" }),
        mayWrite: () => this.mayWrite,
        release: () => Promise.resolve(),
      },
      telemetry: this.telemetry(),
    };
  }

  private workloads(): Workloads {
    return {
      read: () => this.call("workloads.read", () => this.pods()),
      evict: (pod) => this.call("workloads.evict", () => this.evict(pod)),
      blockedTogether: () => this.call("workloads.blockedTogether", () => this.together),
      scale: (change) => this.call("workloads.scale", () => this.scale(change)),
      mark: (pods, marked) =>
        this.call("workloads.mark", () => {
          this.world = markPods(this.world, pods, marked);
        }),
      eject: (pods, at) =>
        this.call("workloads.eject", () => {
          this.world = routePods(this.world, pods, at);
        }),
      readmit: (pods) =>
        this.call("workloads.readmit", () => {
          this.world = routePods(this.world, pods, null);
        }),
    };
  }

  private backend(): RackBackend {
    return {
      kind: "simulated",
      read: ({ name }) => this.call("backend.read", () => this.reading(name)),
      write: ({ name }, change) =>
        change.objects === undefined
          ? this.call("backend.write", () => this.write({ pool: name, ...change }))
          : this.writeEach(name, change.objects, change.to > change.from),
      spare: () => this.call("backend.spare", () => undefined),
    };
  }

  private telemetry(): Ports["telemetry"] {
    return {
      forget: (group) => void this.forgotten.push(group),
      tick: (report) => void this.reports.push(report),
      tickFailed: (what, code, message) => void this.failures.push({ what, code, message }),
    };
  }

  private call<T>(name: string, work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.calls.push(name);
      this.interruption.before(name);
      const result = work();
      this.interruption.after(name);
      resolve(result);
    });
  }

  private apply(action: Action): void {
    this.world = applyAction(this.world, action);
  }

  private mark(kind: "Cordon" | "Uncordon", nodes: readonly NodeRef[]) {
    this.apply({ kind, nodes, intent: "", pool: "", reason: { code: "cordoning", text: "" } });
  }

  private evict(pod: PodRef): EvictOutcome {
    if (this.evictions === "Blocked") return { kind: "Blocked", message: "no disruption allowed" };
    const reason = { code: "evicting" as const, text: "" };
    this.apply({ kind: "Evict", pods: [pod], intent: "", pool: "", reason });
    return { kind: this.evictions };
  }

  private scale({ uid, changes }: ReplicaWrite): WriteOutcome {
    const before = this.world;
    this.world = setReplicas(before, { uid, changes });
    const counts = (world: GroupObservation) =>
      canonical(world.fleets.map((f) => f.workloads ?? []));
    return counts(before) === counts(this.world) ? { kind: "AlreadyDone" } : { kind: "Written" };
  }

  private store(): Ports["store"] {
    return {
      read: () => this.call("store.read", () => this.state()),
      writeFleetStatus: (_fleet, status) =>
        this.call("store.writeFleetStatus", () => void this.fleetStatuses.push(status)),
      writePoolStatus: (_pool, status) =>
        this.call("store.writePoolStatus", () => void this.poolStatuses.push(status)),
      writeOverrideStatus: ({ override }, [, inForce]) =>
        this.call(
          "store.writeOverrideStatus",
          () => void this.overrideStandings.push(`${override.name} ${inForce?.reason}`),
        ),
      reportBroken: ({ message }) =>
        this.call("store.reportBroken", () => void this.broken.push(message)),
    };
  }

  private state(): DesiredState {
    const { pools, fleets } = this.group;
    const overrides = this.world.fleets.flatMap(({ key, overrides: inForce }) =>
      inForce.map((override) => ({
        fleet: key,
        namespace: key.slice(0, key.indexOf("/")),
        override,
      })),
    );
    return { pools, fleets, overrides, problems: [], broken: [], ...this.desired };
  }

  private snapshot(at: GroupObservation["now"]) {
    return { signals: someSignals(aLoad(this.arrivals), at), objectives: [] };
  }

  private markedOutside(pools: readonly CompiledPool[]): readonly MarkedNode[] {
    const names = new Set(pools.map(({ name }) => name));
    return this.nodes()
      .filter(({ pool }) => !names.has(pool))
      .map(({ name, uid, cordoned, fencedBy, fenced, lentAt }) => {
        const loanLeft = fenced === true ? "fence" : lentAt === undefined ? null : "";
        return { name, uid, cordoned: cordoned && fencedBy === undefined, loanLeft };
      })
      .filter(({ cordoned, loanLeft }) => cordoned || loanLeft !== null);
  }

  private poolNamed(name: string) {
    const found = this.world.pools.find((pool) => pool.name === name);
    if (found === undefined) throw new PortError("not-found", `no pool ${name}`);
    return found;
  }

  private reading(name: string) {
    const { count, refusals } = this.poolNamed(name);
    return { count, refusals };
  }

  private write({
    pool,
    uid,
    from,
    to,
  }: Pick<Extract<Action, { kind: "SetCount" }>, "pool" | "uid" | "from" | "to">) {
    const desired = this.poolNamed(pool).count?.desired;
    if (desired === to) return { kind: "AlreadyDone" } as const;
    if (desired !== from) return { kind: "Conflict", found: `${desired} racks` } as const;
    const reason = { code: "count-written" as const, text: "" };
    this.apply({ kind: "SetCount", pool, uid, from, to, intent: "", reason });
    return { kind: "Written" } as const;
  }

  /** One write an object, as backends of object sets do. */
  private async writeEach(pool: string, objects: readonly string[], on: boolean) {
    let written = false;
    for (const name of objects) {
      const members = this.poolNamed(pool).count?.members ?? [];
      const found = members.find((member) => member.name === name);
      if (found === undefined) return { kind: "Conflict", found: `${name} is gone` } as const;
      if ((found.desired === 1) === on) continue;
      written = true;
      await this.call("backend.write", () => {
        this.world = setMember(this.world, pool, { name, on });
      });
    }
    return { kind: written ? "Written" : "AlreadyDone" } as const;
  }

  private nodes(): readonly UngroupedNode[] {
    return this.world.pools.flatMap(({ name, racks }) =>
      racks.flatMap(({ id, nodes }) =>
        nodes.map((node) => ({ ...node, pool: name, domain: id === UNLABELLED ? null : id })),
      ),
    );
  }

  private pods() {
    const pods = this.world.pools.flatMap(({ racks }) => racks.flatMap((rack) => rack.pods));
    const rollouts = this.world.fleets.flatMap(({ key, rollout }) => (rollout ? [key] : []));
    return {
      pods,
      rollouts,
      unreadable: [],
      sized: this.world.fleets.flatMap(({ key, workloads }) =>
        workloads === undefined ? [] : [{ fleet: key, workloads }],
      ),
    };
  }

  private save(memory: GroupMemory, previous: string | null): string {
    const current = this.memory?.version ?? null;
    if (current !== previous) {
      throw new PortError("conflict", `memory is at ${current}, expected ${previous}`);
    }
    const version = String(Number(current ?? 0) + 1);
    this.memory = { memory, version };
    return version;
  }

  private tail() {
    const [record, line] = [this.records.at(-1), this.lines.at(-1)];
    if (record === undefined || line === undefined) return null;
    return { hash: sha256(line), index: record.index };
  }
}

const of = (nodes: readonly NodeRef[]) => ({
  nodes,
  intent: "",
  pool: "",
  reason: { code: "fencing" as const, text: "" },
});
