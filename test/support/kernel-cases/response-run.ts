/** How the hit rate of agent sessions answers to the number of replicas and to load. */
import {
  type FleetKernel,
  type RouterModel,
  SUBS_PER_NS,
} from "../../../src/sim/kernel/contract.ts";
import { createFleetKernel } from "../../../src/sim/kernel/fleet-kernel.ts";
import { openRecording } from "../../../src/traces/recording.ts";
import { sampledSource } from "../../../src/traces/sources/sampled.ts";
import type { SessionSource, TurnTemplates } from "../../../src/traces/turn-templates.ts";
import { draws } from "../draws.ts";
import { optionsWith } from "./options.ts";

export interface Fleet {
  readonly replicas: number;
  readonly sessionsPerHour: number;
  readonly router: RouterModel["kind"];
  readonly guard: number;
  /** Prompt tokens that a replica computes in a second; null: as many as there are, at once. */
  readonly prefillPerSecond: number | null;
  readonly seed: number;
  /** Which half of the recording's sessions: those with even numbers, or those with odd ones. */
  readonly half: 0 | 1;
}

/** What a stretch of time showed. */
export interface Shown {
  readonly hitRate: number;
  /** Of the fleet: prompt tokens a second, tokens pinned on average, and mean wait, s. */
  readonly promptPerSecond: number;
  readonly pinnedTokens: number;
  readonly waitSeconds: number;
  /** As the response law counts it. */
  readonly freeSeconds: number;
}

const KV_TOKENS = 2_000_000;
const BLOCK_TOKENS = 256;
/** A token each 10 ms: what agents are served with. */
const ITERATION_NS = 10_000_000;
const NS_PER_SECOND = 1e9;
const NS_PER_HOUR = 3.6e12;
const LOOK_NS = 30e9;

/** @returns the sessions of a recording, as the published response was measured */
export const agentTemplates = (path: string): TurnTemplates =>
  openRecording({ path, format: "agent-sessions", blockTokens: BLOCK_TOKENS, reuseOutputs: false })
    .templates;

/** A fleet under sessions that start at random and go on when they are answered. */
export class RunningFleet {
  private readonly kernel: FleetKernel;
  private readonly replicas: number[];
  private nowNs = 0;

  constructor(templates: TurnTemplates, fleet: Fleet) {
    const { router, guard, prefillPerSecond } = fleet;
    const source = halfOf(templates, fleet);
    const engine = {
      budgetTokens: prefillPerSecond === null ? 2 ** 20 : 8_192,
      maxSequences: 1_024,
      kvTokens: KV_TOKENS,
      iterationSubs: ITERATION_NS * SUBS_PER_NS,
      prefillTokenSubs: Math.round((1e9 * SUBS_PER_NS) / (prefillPerSecond ?? Infinity)),
      cacheOutputs: false,
    };
    const options = optionsWith([source], { engine, router: { kind: router, lagNs: 0, guard } });
    this.kernel = createFleetKernel(options);
    this.replicas = Array.from({ length: fleet.replicas }, () =>
      this.kernel.addReplica(0, "Aggregated"),
    );
  }

  /** Takes the last ones away at once. */
  shrinkTo(replicas: number): void {
    for (const replica of this.replicas.splice(replicas)) this.kernel.remove(replica, this.nowNs);
  }

  /** From now on everything takes `factor` times as long. */
  slow(factor: number): void {
    for (const replica of this.replicas) this.kernel.setSlowdown(replica, this.nowNs, factor);
  }

  forgetAll(): void {
    for (const replica of this.replicas) this.kernel.flushCache(replica, this.nowNs);
  }

  /** Lets some hours pass. */
  watch(hours: number): Shown {
    const looks = Math.ceil((hours * NS_PER_HOUR) / LOOK_NS);
    const before = this.totals();
    const sum = { pinned: 0, waiting: 0 };
    for (let look = 0; look < looks; look += 1) {
      this.nowNs = this.kernel.runUntil(this.nowNs + LOOK_NS);
      const { pinned, waiting } = this.totals();
      sum.pinned += pinned;
      sum.waiting += waiting;
    }
    const after = this.totals();
    const prompt = after.prompt - before.prompt;
    const promptPerSecond = (prompt * NS_PER_SECOND) / (looks * LOOK_NS);
    const pinnedTokens = sum.pinned / looks;
    const waitSeconds = (sum.waiting * LOOK_NS) / NS_PER_SECOND / (after.firsts - before.firsts);
    const kvTokens = this.replicas.length * KV_TOKENS;
    return {
      hitRate: (after.cached - before.cached) / prompt,
      promptPerSecond,
      pinnedTokens,
      waitSeconds,
      freeSeconds: (kvTokens - pinnedTokens) / promptPerSecond - waitSeconds,
    };
  }

  /** Over all replicas: counts since they came, and what is there now. */
  private totals(): Totals {
    const sum = { prompt: 0, cached: 0, pinned: 0, waiting: 0, firsts: 0 };
    for (const replica of this.replicas) {
      const shown = this.kernel.metrics(replica, this.nowNs);
      sum.prompt += shown.promptTokens;
      sum.cached += shown.cachedTokens;
      sum.pinned += shown.pinnedTokens;
      sum.waiting += shown.waiting;
      sum.firsts += shown.firstTokens;
    }
    return sum;
  }
}

interface Totals {
  readonly prompt: number;
  readonly cached: number;
  readonly pinned: number;
  readonly waiting: number;
  readonly firsts: number;
}

/** Sessions of one half of the recording, drawn with replacement. */
function halfOf(templates: TurnTemplates, { sessionsPerHour, seed, half }: Fleet): SessionSource {
  const options = { sessionsPerHour, curves: [], draws: draws(seed) };
  const source = sampledSource(templates, options);
  const count = templates.sessions.firstRow.length;
  return {
    templates,
    next(start) {
      const any = source.next(start);
      start.template = (start.template - (start.template % 2) + half) % count;
      return any;
    },
  };
}
