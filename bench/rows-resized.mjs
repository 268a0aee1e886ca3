/**
 * A fleet whose count is settled beforehand, while ours watches and decides nothing: what the cache
 * really does at another size, beside what was believed of it. The world is the cutter's fleet of
 * agents; sessions, pauses, router and size are drawn.
 */
import { cacheSafetyGuard } from "../src/core/gate/guards/cache-safety.ts";
import { decide } from "../src/core/decide.ts";
import { picturesOf } from "../src/core/fleet-picture.ts";
import { EMPTY_MEMORY, EMPTY_POOL_MEMORY } from "../src/core/memory.ts";
import { hitRateWith, sizingTurnsPerSecond } from "../src/core/policy/situation.ts";
import { holdsObjectives } from "../src/core/policy/want.ts";
import { poolState } from "../src/core/racks/pool-state.ts";
import { reason } from "../src/core/reasons.ts";
import { plannedPolicy } from "../src/oracle/planned-policy.ts";
import { caseDocument, unitsPerRack } from "../src/studies/cases/case-document.ts";
import { SESSIONS_PER_UNIT } from "../src/studies/cases/case-sources.ts";
import { runPolicy } from "../src/studies/run-policy.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { compiled, sha256 } from "./rows-run.mjs";

const TICK_MS = 15_000;
const MINUTE_MS = 60_000;

/**
 * @param drawn racks: of which the load fills `fill`; startRacks: with which it begins, if others
 * @returns the world, compiled
 */
export function resizedWorld(drawn) {
  const { name, racks, startRacks = racks, fill, pauses, router, seed, minutes } = drawn;
  const units = racks * unitsPerRack(racks) * fill;
  const perUnit = SESSIONS_PER_UNIT["coding-agent"][pauses < 1 ? "short" : "long"];
  const sessionsPerHour = Number((units * perUnit).toFixed(1));
  const generate = { profile: "coding-agent", sessionsPerHour, pauses };
  const document = caseDocument(
    name,
    { racks: 12, startRacks },
    {
      seed,
      otherForm: false,
      startsAt: "2026-11-30T00:00:00Z",
      faults: [],
      schedule: [],
      durationMinutes: minutes,
      warmupMinutes: 120,
      traffic: [{ generate, shape: [] }],
    },
  );
  const { spec } = document;
  const fleets = spec.fleets.map((fleet) => ({ ...fleet, router }));
  const world = { ...spec.world, router: { kind: router } };
  return compiled({ ...document, spec: { ...spec, fleets, world } });
}

/**
 * @param changes of the count: from so many ms on, so many racks
 * @param onTick called with the minute, what is seen, and ours' picture, kept as if it decided
 */
export async function watchResized(scenario, { startRacks, changes, seed, onTick }) {
  const { group, startsAt } = scenario;
  const policy = plannedPolicy({ name: "planned", knob: 0 }, { startsAt, startRacks, changes });
  let memory = EMPTY_MEMORY;
  const run = {
    scenario,
    policy: "planned",
    seed,
    traffic: trafficOf(scenario, "."),
    digest: sha256,
    codeVersion: "bench",
    onTick: ({ observation }) => {
      const minute = (observation.now - startsAt) / MINUTE_MS;
      onTick({ minute, observation, picture: () => pictureOf({ group, observation, memory }) });
      memory = decide(group, observation, memory).memory;
    },
  };
  await runPolicy(run, { group, policy, tickEveryMs: TICK_MS });
}

function pictureOf({ group, observation, memory }) {
  const [pool] = group.pools;
  const state = poolState({
    pool,
    observed: observation.pools[0],
    fleets: group.fleets,
    intents: observation.intents,
    memory: memory.pools[pool.name] ?? EMPTY_POOL_MEMORY,
    now: observation.now,
  });
  const [picture] = picturesOf({ group, observation, memory, pools: [state], policy: undefined });
  return picture;
}

/** Prompt tokens and those computed, summed over ticks: what the cache did in between. */
export class CacheSums {
  #prompt = 0;
  #computed = 0;
  #turns = 0;
  #waiting = 0;
  #ticks = 0;

  add({ fleets: [{ signals }] }) {
    const value = (name) => (signals[name].kind === "value" ? signals[name].value : 0);
    this.#prompt += value("promptTokens");
    this.#computed += value("computedPromptTokens");
    this.#turns += value("servedTurns");
    this.#waiting += value("waitingTurns");
    this.#ticks += 1;
  }

  /** Share of the prompt tokens that were computed. */
  get coldShare() {
    return this.#computed / Math.max(1, this.#prompt);
  }

  get turnsPerSecond() {
    return this.#turns / Math.max(1, this.#ticks);
  }

  /** Seconds that the turns that wait would take to be served. */
  get waitSeconds() {
    return this.#waiting / Math.max(1e-9, this.#turns);
  }
}

/** @returns the share of prompt tokens that would be computed on so many racks, as believed */
export const believedColdShare = ({ situation }, racks, turnsPerSecond) =>
  1 - hitRateWith(situation, racks, turnsPerSecond);

/** @returns whether our guard lets the count go down to so many racks, and why not */
export function guardVerdict({ situation }, from, to) {
  const proposal = { direction: "In", from, to, reason: reason("surplus", "") };
  return cacheSafetyGuard.check(proposal, { situation, heldRacks: from, awardedRacks: to });
}

/** Who takes the last hit rate for granted gives the racks back if the objectives hold with it. */
export function constantHitRateAllows({ situation }, racks) {
  const fleet = { ...situation.fleet, without: "cache-response" };
  const constant = { ...situation, fleet };
  return holdsObjectives(constant, racks, sizingTurnsPerSecond(constant));
}
