/** One incident or day, run in the simulator, and what was said by what each engine exports. */
import { createHash } from "node:crypto";
import { compileScenario } from "../src/config/compile-scenario.ts";
import { readDocument } from "../src/config/written-document.ts";
import { decide } from "../src/core/decide.ts";
import { trafficOf } from "../src/studies/scenario-traffic.ts";
import { simulate } from "../src/studies/simulate.ts";

const MINUTE_MS = 60_000;
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

/**
 * What is known of caches, by engine profile: the simulated engines export what vLLM does, and the
 * router what llm-d's does; of others, what they do not export is taken away.
 */
const SHOWN = {
  "vllm, llm-d-epp": null,
  vllm: ({ pods }) => ({ pods }),
  "sglang or trtllm": ({ pods }) => ({
    pods: pods.map(({ pod, promptTokensPerSecond, computedTokensPerSecond, kvTokens }) => ({
      pod,
      promptTokensPerSecond,
      computedTokensPerSecond,
      ...(kvTokens !== undefined && { kvTokens }),
    })),
  }),
};
export const PROFILES = Object.keys(SHOWN);

/**
 * @returns every tick: minute, what truly was (hit rate as shown, free seconds, youngest engine,
 *   whether an engine is set up in another way than at first), and the verdict by profile
 */
export async function ticksOf(text, seed) {
  const read = readDocument(text, compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors, null, 2));
  const { startsAt } = read.value;
  const ticks = [];
  const memories = Object.fromEntries(PROFILES.map((profile) => [profile, undefined]));
  let first;
  await simulate({
    scenario: read.value,
    policy: "breakwater",
    seed,
    traffic: trafficOf(read.value, "."),
    digest: sha256,
    codeVersion: "bench",
    onTick: ({ group, observation, memory, decision }) => {
      const [fleet] = observation.fleets;
      const [decided] = decision.fleets;
      const said = { [PROFILES[0]]: decided.cache };
      for (const profile of PROFILES.slice(1)) {
        const fewer = shownBy(profile, observation);
        const carried = withDiagnosis(memory, fleet.key, memories[profile]);
        const other = decide(group, fewer, carried);
        memories[profile] = other.memory.fleets[fleet.key]?.diagnosis;
        said[profile] = other.decision.fleets[0].cache;
      }
      const settings = settingsOf(fleet);
      first ??= settings[0];
      ticks.push({
        minute: (decision.at - startsAt) / MINUTE_MS,
        hitRate: hitRateOf(fleet),
        freeSeconds: freeSecondsOf(fleet),
        youngestMinutes: youngestOf(observation, decision.at),
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

function shownBy(profile, observation) {
  const fleets = observation.fleets.map((fleet) =>
    fleet.caches === undefined ? fleet : { ...fleet, caches: SHOWN[profile](fleet.caches) },
  );
  return { ...observation, fleets };
}

/** The other profile's memory of the caches; all else as it was. */
function withDiagnosis(memory, key, diagnosis) {
  const { diagnosis: _, ...fleet } = memory.fleets[key] ?? {};
  if (Object.keys(fleet).length === 0) return memory;
  const own = diagnosis === undefined ? fleet : { ...fleet, diagnosis };
  return { ...memory, fleets: { ...memory.fleets, [key]: own } };
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

const youngestOf = ({ pools }, now) =>
  Math.min(
    ...pools.flatMap(({ racks }) =>
      racks.flatMap(({ pods }) =>
        pods.map(({ readySince }) => (readySince === null ? Infinity : now - readySince)),
      ),
    ),
  ) / MINUTE_MS;
