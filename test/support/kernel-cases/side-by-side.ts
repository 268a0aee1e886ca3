/** Two kernels through one case, call by call, with everything they show compared on the way. */
import { expect } from "vitest";
import type {
  FleetKernel,
  KernelOptions,
  KernelResults,
  TurnRecord,
  WarmupTurn,
} from "../../../src/sim/kernel/contract.ts";
import { draws } from "../draws.ts";
import type { Deed, KernelCase } from "./kernel-case.ts";
import { sourceOf, templatesOf } from "./sketch.ts";

export type MakeKernel = (options: KernelOptions) => FleetKernel;

/** Long after everything that happens. */
const END_NS = 2e9;
const NS = 1e-9;
const BUCKETS = { ttft: [0.000_001, 0.000_003, 0.00001], itl: [0.000_001, 0.000_001_5, 0.000_002] };

interface Side {
  readonly kernel: FleetKernel;
  readonly turns: TurnRecord[];
}

/** How often things happened, for a test of the cases themselves. */
export interface Seen {
  turns: readonly TurnRecord[];
  preemptions: number;
  evictedTokens: number;
  storeCachedTokens: number;
}

export class SideBySide {
  private readonly left: Side;
  private readonly right: Side;
  private readonly replicas: number[] = [];
  /** Whether the left one stops at each of its events, to be checked. */
  private readonly stepwise: boolean;
  private readonly seen: Seen = {
    turns: [],
    preemptions: 0,
    evictedTokens: 0,
    storeCachedTokens: 0,
  };

  constructor(of: KernelCase, make: { left: MakeKernel; right: MakeKernel }) {
    this.left = side(of, make.left);
    this.right = side(of, make.right);
    this.stepwise = of.seed % 2 === 0;
  }

  /** @throws where the two differ, or one of them has lost something */
  play({ roles, deeds }: KernelCase): Seen {
    for (const role of roles) this.apply(0, { kind: "add", role });
    for (const { atNs, deed } of deeds) {
      this.advance(atNs);
      this.apply(atNs, deed);
      this.compare(atNs);
    }
    this.advance(END_NS);
    this.compare(END_NS);
    expectSameResults(this.left.kernel.results(END_NS), this.right.kernel.results(END_NS));
    return { ...this.seen, turns: this.right.turns };
  }

  private advance(untilNs: number): void {
    const { left, right } = this;
    for (let atNs = -1; atNs < untilNs; ) {
      const target = this.stepwise ? Math.min(untilNs, left.kernel.nextEventNs()) : untilNs;
      atNs = left.kernel.runUntil(target);
      left.kernel.checkConserved();
      expect(["stands", right.kernel.runUntil(target)]).toEqual(["stands", atNs]);
    }
    right.kernel.checkConserved();
  }

  private apply(nowNs: number, deed: Deed): void {
    const results = [this.left, this.right].map(({ kernel }) => this.applyTo(kernel, nowNs, deed));
    expect(results[0]).toBe(results[1]);
    const replica = this.chosen(deed);
    if (deed.kind === "add") this.replicas.push(results[0] ?? -1);
    if (deed.kind === "remove" && replica >= 0) {
      this.replicas.splice(this.replicas.indexOf(replica), 1);
    }
    this.left.kernel.checkConserved();
  }

  private applyTo(kernel: FleetKernel, nowNs: number, deed: Deed): number {
    const replica = this.chosen(deed);
    if (deed.kind === "add") return kernel.addReplica(nowNs, deed.role, deed.settings);
    if (deed.kind === "misroute") kernel.setMisroutedShare(nowNs, deed.share);
    if (deed.kind === "unstable") kernel.setUnstablePrompts(nowNs, deed.share, deed.depthTokens);
    if (replica < 0) return replica;
    if (deed.kind === "eject") kernel.eject(replica, nowNs);
    if (deed.kind === "readmit") kernel.readmit(replica, nowNs);
    if (deed.kind === "remove") kernel.remove(replica, nowNs);
    if (deed.kind === "slow") kernel.setSlowdown(replica, nowNs, deed.factor);
    if (deed.kind === "flush") kernel.flushCache(replica, nowNs);
    return replica;
  }

  private chosen(deed: Deed): number {
    return "replica" in deed ? (this.replicas[deed.replica % this.replicas.length] ?? -1) : -1;
  }

  private compare(nowNs: number): void {
    const [left, right] = [this.left.kernel, this.right.kernel];
    const at = { atNs: nowNs };
    expect({ ...at, ...left.gateway() }).toEqual({ ...at, ...right.gateway() });
    for (const replica of this.replicas) {
      const mine = {
        ...at,
        replica,
        turns: left.turnsOn(replica),
        ...left.metrics(replica, nowNs),
      };
      const other = right.metrics(replica, nowNs);
      expect(mine).toEqual({ ...at, replica, turns: right.turnsOn(replica), ...other });
      this.seen.preemptions += other.preemptions;
      this.seen.evictedTokens += other.evictedTokens;
      this.seen.storeCachedTokens += other.storeCachedTokens;
    }
    expect(this.left.turns).toEqual(this.right.turns);
  }
}

/** Counts are equal; means to rounding; quantiles to what the sketch of one of them promises. */
function expectSameResults(left: KernelResults, right: KernelResults): void {
  const { ttft, itl, e2e, turnSecondsInSystem, ...counted } = left;
  expect({ ...right, ...counted }).toEqual(right);
  expect(turnSecondsInSystem).toBeCloseTo(right.turnSecondsInSystem, 9);
  for (const metric of ["ttft", "itl", "e2e"] as const) {
    const [{ count, max, ...mine }, other] = [{ ttft, itl, e2e }[metric], right[metric]];
    expect({ metric, ...other, count, max }).toEqual({ metric, ...other });
    for (const value of ["mean", "p50", "p90", "p95", "p99"] as const) {
      const off = value === "mean" ? 1e-12 * other[value] : 0.005 * other[value] + NS;
      expect(Math.abs(mine[value] - other[value])).toBeLessThanOrEqual(off);
    }
  }
}

/** Some of them: neither all of a session nor all of a row. */
const isDelayedHere = ({ source, template, startNs, row }: WarmupTurn): boolean =>
  (source + template + startNs + row) % 2 === 0;

function side(of: KernelCase, make: MakeKernel): Side {
  const turns: TurnRecord[] = [];
  const { engine, decodeEngine, store, router, clients } = of;
  const { uniform } = draws(of.seed);
  const kernel = make({
    engine,
    ...(decodeEngine === null ? {} : { decodeEngine }),
    ...(store === null ? {} : { store }),
    router,
    clients,
    objectives: [
      { metric: "TTFT", thresholdNs: 3_000 },
      { metric: "ITL", thresholdNs: 1_200 },
    ],
    sources: of.sources.map(({ sketch, starts }) => sourceOf(templatesOf(sketch), starts)),
    buckets: BUCKETS,
    random: uniform,
    resultsFromNs: of.resultsFromNs,
    ...(of.delays ? { isDelayed: isDelayedHere } : {}),
    onTurn: (turn) => turns.push({ ...turn }),
  });
  return { kernel, turns };
}
