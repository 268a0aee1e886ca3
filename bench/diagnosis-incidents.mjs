/** Randomised incidents with what truly happened, as scenarios: what only the simulator knows. */

/** Minutes: ticks before the onset, so that the diagnosis knows what is usual, and after it. */
const BEFORE = [60, 80];
const AFTER = 22;
/** A rollout goes engine by engine, and sessions pile up for as long as they last. */
const SLOW = { "configuration-change": 60, "capacity-bound": 60, "workload-shift": 40 };

/** Mulberry32: the injector's own stream. */
function drawsOf(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const between = (low, high) => low + (high - low) * uniform();
  /** As many draws below the geometric mean as above it. */
  const scaled = (low, high) => low * Math.exp(Math.log(high / low) * uniform());
  const whole = (low, high) => Math.floor(between(low, high + 1));
  const oneOf = (all) => all[whole(0, all.length - 1)];
  return { uniform, between, scaled, whole, oneOf };
}

const round = (value) => Number(value.toFixed(3));
const lasting = { for: `${AFTER + 5}m` };
const fault = (kind, at, fields) => ({ kind, at: `${at}m`, ...fields });
const faults = (...all) => ({ faults: all });

/** Others' sessions, hardly any before. */
const guests = (profile, sessionsPerHour, at) => ({
  traffic: [
    {
      generate: { profile, sessionsPerHour: round(sessionsPerHour / 1_000) },
      shape: [{ at: `${at}m`, factor: 1_000, ramp: "1m" }],
    },
  ],
});

const unstable = (at, { scaled, whole }) =>
  fault("prompt-instability", at, {
    share: round(scaled(0.05, 0.5)),
    depthTokens: whole(0, 20_000),
    ...lasting,
  });
const misrouted = (at, { scaled }) =>
  fault("router-misroute", at, { share: round(scaled(0.05, 0.5)), ...lasting });

/** By true cause: what may happen, drawn. */
const KINDS = {
  "prompt-instability": (at, draws) => faults(unstable(at, draws)),
  "routing-spread": (at, draws) => faults(misrouted(at, draws)),
  "cold-replicas": (at, { whole }, { engines }) =>
    faults(fault("replica-crash", at, { replicas: whole(2, Math.ceil(engines / 2)) })),
  "configuration-change": (at, { scaled, uniform }) =>
    faults(
      fault(
        "cache-config",
        at,
        uniform() < 0.3 ? { prefixCaching: false } : { kvFactor: round(scaled(0.05, 0.4)) },
      ),
    ),
  "capacity-bound": (at, { scaled, whole }) => ({
    shape: [{ at: `${at}m`, factor: round(scaled(1.7, 4)), ramp: `${whole(1, 20)}m` }],
  }),
  "workload-shift": (at, { scaled, oneOf }, { sessionsPerHour }) =>
    guests(oneOf(["chat", "batch"]), sessionsPerHour * scaled(4, 40), at),
  "broken-signal": (at, { oneOf }) =>
    faults(
      oneOf([
        fault("broken-counters", at, { how: "frozen", ...lasting }),
        fault("broken-counters", at, { how: "recounted", ...lasting }),
        fault("router-index-loss", at, lasting),
      ]),
    ),
  "cannot-tell": (at, { whole, between, uniform }, { engines }) =>
    faults(
      uniform() < 0.5
        ? fault("forgetful-replicas", at, {
            replicas: whole(2, Math.floor(engines / 3)),
            every: "20s",
            ...lasting,
          })
        : fault("cache-flush", at, { share: round(between(0.3, 1)) }),
    ),
};

export const CAUSES = Object.keys(KINDS);
/** Called so whatever happened: the truth of a rise in load is what more room would have cured. */
export const RISE = "capacity-bound";

/**
 * @returns an incident: its scenario as YAML (JSON is YAML), its onset, and what it was; `roomier`
 *   for a rise in load alone: the same with so many engines that no cache is short
 */
export function incidentOf(cause, seed) {
  const draws = drawsOf(seed);
  const fleet = drawnFleet(draws);
  const onsetMinutes = draws.whole(...BEFORE);
  const happens = KINDS[cause](onsetMinutes, draws, fleet);
  const judgedMinutes = SLOW[cause] ?? 15;
  const of = {
    name: `incident-${seed}`,
    minutes: onsetMinutes + Math.max(AFTER, judgedMinutes),
    ...fleet,
    ...happens,
  };
  return {
    cause,
    seed,
    onsetMinutes,
    judgedMinutes,
    scenario: scenarioOf(of),
    ...(cause === RISE && { roomier: scenarioOf({ ...of, racks: [40, 40] }) }),
    what: happens,
  };
}

/** @returns two causes at once, and each of them alone: which costs more decides their order */
export function pairOf(seed) {
  const draws = drawsOf(seed);
  const fleet = drawnFleet(draws);
  const onsetMinutes = draws.whole(...BEFORE);
  const both = [unstable(onsetMinutes, draws), misrouted(onsetMinutes, draws)];
  const of = { name: `pair-${seed}`, minutes: onsetMinutes + AFTER, ...fleet };
  return {
    seed,
    onsetMinutes,
    judgedMinutes: 15,
    scenario: scenarioOf({ ...of, ...faults(...both) }),
    alone: {
      "prompt-instability": scenarioOf({ ...of, ...faults(both[0]) }),
      "routing-spread": scenarioOf({ ...of, ...faults(both[1]) }),
    },
  };
}

/**
 * @param isRoomy the same day on three times the racks, all day long
 * @returns a day on which nothing happens but daily waves, drift, and the fleet's own scaling
 */
export function quietDay(seed, isRoomy = false) {
  const draws = drawsOf(seed);
  const fleet = drawnFleet(draws);
  const [racks] = fleet.racks;
  return scenarioOf({
    name: `quiet-${seed}`,
    ...fleet,
    racks: isRoomy ? [3 * racks, 3 * racks] : [2, racks + 3],
    minutes: 24 * 60,
    daily: draws.between(0.1, 0.5),
  });
}

/** As many sessions as leave 40 to 150 s of free cache: 3 to 12 turns/s. */
function drawnFleet(draws) {
  const racks = draws.whole(4, 6);
  return {
    racks: [racks, racks],
    engines: 2 * racks,
    sessionsPerHour: racks * draws.scaled(50, 140),
    daily: draws.between(0, 0.4),
  };
}

/** Racks of two engines of four GPUs: what a tick costs goes with engines, not with turns. */
function scenarioOf(of) {
  const { name, racks, minutes, sessionsPerHour, daily, faults: struck = [], traffic = [] } = of;
  const [least, most] = racks;
  const pool = {
    name: "gb200",
    rack: { nodes: 3, usableNodes: 2, gpusPerNode: 4 },
    supply: { kind: "Reserved", committedRacks: least },
    price: { usdPerRackHour: "94.50" },
    limits: { maxRacks: most, maxRequestsPerHour: 4 },
    consumers: [{ fleet: { namespace: "agents", name: "coder" }, guaranteed: least, max: most }],
  };
  const fleet = {
    name: "coder",
    namespace: "agents",
    model: { name: "gpt-oss-120b-gb200" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: least, max: most },
    pools: [{ name: "gb200" }],
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "20s", share: "0.95" }],
    workloads: [
      {
        name: "engines",
        target: { selector: { app: "coder" } },
        unit: { gpus: 4 },
        unitsPerRack: 2,
      },
    ],
    signals: { edge: "llm-d-epp" },
  };
  const own = {
    generate: {
      profile: "coding-agent",
      sessionsPerHour: round(sessionsPerHour),
      daily: round(daily),
    },
    ...(of.shape && { shape: of.shape }),
  };
  return JSON.stringify({
    kind: "Scenario",
    metadata: { name },
    spec: {
      duration: `${minutes}m`,
      pools: [pool],
      fleets: [fleet],
      world: {
        warmup: "3h",
        traffic: [own, ...traffic],
        engine: { perturb: 0.1 },
        router: { index: true },
        faults: struck,
      },
    },
  });
}
