/** One incident or day, run in the simulator, and what was said by what each engine exports. */
import { createHash } from "node:crypto";
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";
import { answeringPods } from "../src/core/cache/diagnosis/answering.ts";
import { diagnose } from "../src/core/cache/diagnosis/diagnose.ts";
import { EMPTY_FLEET_MEMORY } from "../src/core/memory.ts";
import { assess } from "../src/core/policy/situation.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { simulate } from "../src/studies/simulate.ts";
import { SHOWN } from "./diagnosis-shown.mjs";

const MINUTE_MS = 60_000;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

export const PROFILES = Object.keys(SHOWN);

/**
 * @returns every tick: minute, what truly was (hit rate as shown, free seconds, minutes since
 *   engines came or went, whether an engine is set up in another way than at first), and the
 *   verdict by profile; the fleet itself is scaled by what an engine with every flag exports
 */
export async function ticksOf(text, seed) {
  const read = readDocument(text, compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  const { startsAt } = read.value;
  const ticks = [];
  const memories = {};
  let [first, engines, changedAt] = [undefined, "", 0];
  await simulate({
    scenario: read.value,
    policy: "breakwater",
    seed,
    traffic: trafficOf(read.value, "."),
    digest: sha256,
    codeVersion: "bench",
    onTick: ({ group, observation, memory, decision }) => {
      const [fleet] = observation.fleets;
      const racks = observation.pools.flatMap((pool) => pool.racks);
      const answering = answeringPods(racks).get(fleet.key) ?? [];
      const situation = situationOf({ group, observation, memory, decision });
      const said = {};
      for (const profile of PROFILES) {
        const { verdict, memory: next } = diagnose(
          { ...situation, observed: shownBy(profile, fleet) },
          answering,
          memories[profile] ?? null,
        );
        memories[profile] = next;
        said[profile] = verdict;
      }
      const settings = settingsOf(fleet);
      first ??= settings[0];
      const names = answering.map(({ pod, since }) => `${pod} ${since}`).join();
      if (names !== engines) [engines, changedAt] = [names, decision.at];
      ticks.push({
        at: decision.at,
        minute: (decision.at - startsAt) / MINUTE_MS,
        hitRate: hitRateOf(fleet),
        freeSeconds: freeSecondsOf(fleet),
        sinceChangeMinutes: (decision.at - changedAt) / MINUTE_MS,
        isSetUpAnew: settings.some((each) => each !== first),
        said,
      });
    },
  });
  return ticks;
}

/** Null while nothing is served, or counters stand still. */
function hitRateOf({ caches }) {
  const pods = caches?.pods ?? [];
  const prompts = pods.reduce((sum, pod) => sum + pod.promptTokensPerSecond, 0);
  const computed = pods.reduce((sum, pod) => sum + pod.computedTokensPerSecond, 0);
  return prompts > 0 ? 1 - computed / prompts : null;
}

const shownBy = (profile, fleet) =>
  fleet.caches === undefined ? fleet : { ...fleet, caches: SHOWN[profile](fleet.caches) };

/** What the decision rested on: supply apart, of which the caches know nothing. */
function situationOf({ group, observation, memory, decision }) {
  const [fleet] = group.fleets;
  return assess({
    fleet,
    pools: [],
    observed: observation.fleets[0],
    memory: memory.fleets[fleet.key] ?? EMPTY_FLEET_MEMORY,
    now: observation.now,
    servingRacks: decision.fleets[0].servingRacks,
  });
}

const settingsOf = ({ caches }) =>
  (caches?.pods ?? []).flatMap(({ kvTokens, prefixCaching }) =>
    kvTokens === undefined ? [] : [`${kvTokens}/${prefixCaching}`],
  );

/** Of the cache that engines show, by the prompts they show. */
function freeSecondsOf({ caches }) {
  const pods = caches?.pods ?? [];
  const prompts = pods.reduce((sum, pod) => sum + pod.promptTokensPerSecond, 0);
  return prompts > 0 ? pods.reduce((sum, { kvTokens = 0 }) => sum + kvTokens, 0) / prompts : null;
}
