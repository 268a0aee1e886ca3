/** Randomised incidents with their true cause, as scenarios: what only the simulator knows. */

/** Minutes: ticks before the onset, so that the diagnosis knows what is usual, and after it. */
const BEFORE = [60, 80];
const AFTER = 22;
/** A rollout goes rack by rack; more sessions are more load only once they overlap. */
const SLOW = { "configuration-change": 60, "capacity-bound": 60, "cold-replicas": 35 };

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
  const whole = (low, high) => Math.floor(between(low, high + 1));
  const oneOf = (all) => all[whole(0, all.length - 1)];
  return { uniform, between, whole, oneOf };
}

const fault = (kind, at, fields) => ({ faults: [{ kind, at: `${at}m`, ...fields }] });
const lasting = { for: `${AFTER + 5}m` };
const round = (value) => Number(value.toFixed(3));

/** Sessions start more often; or fewer, and those of others come. */
const surge = (at, factor) => ({ shape: [{ at: `${at}m`, factor: round(factor), ramp: "1m" }] });
const guests = (profile, sessionsPerHour, at) => ({
  traffic: [
    {
      generate: { profile, sessionsPerHour: round(sessionsPerHour / 1_000) },
      shape: [{ at: `${at}m`, factor: 1_000, ramp: "1m" }],
    },
  ],
});

/** By true cause: what may happen, drawn. */
const KINDS = {
  "prompt-instability": (at, { between, whole }) =>
    fault("prompt-instability", at, {
      share: round(between(0.05, 0.5)),
      depthTokens: whole(0, 20_000),
      ...lasting,
    }),
  "routing-spread": (at, { between }) =>
    fault("router-misroute", at, { share: round(between(0.05, 0.5)), ...lasting }),
  "cold-replicas": (at, { whole }, engines) =>
    fault("replica-crash", at, { replicas: whole(2, Math.ceil(engines / 2)) }),
  "configuration-change": (at, { between, uniform }) =>
    uniform() < 0.3
      ? fault("cache-config", at, { prefixCaching: false })
      : fault("cache-config", at, { kvFactor: round(between(0.3, 0.6)) }),
  "capacity-bound": (at, { between }) => surge(at, between(3, 5)),
  "workload-shift": (at, { between, oneOf, uniform }, _engines, sessionsPerHour) =>
    uniform() < 0.5
      ? fault("turn-gaps", at, { factor: round(between(3, 10)), ...lasting })
      : guests(oneOf(["chat", "batch"]), sessionsPerHour * between(4, 20), at),
  "broken-signal": (at, { oneOf }) =>
    oneOf([
      fault("broken-counters", at, { how: "frozen", ...lasting }),
      fault("broken-counters", at, { how: "recounted", ...lasting }),
      fault("router-index-loss", at, lasting),
    ]),
  "cannot-tell": (at, { whole }, engines) =>
    fault("forgetful-replicas", at, {
      replicas: whole(2, Math.floor(engines / 3)),
      every: "20s",
      ...lasting,
    }),
};

export const CAUSES = Object.keys(KINDS);

/** @returns an incident of the cause: its scenario as YAML (JSON is YAML), onset and label */
export function incidentOf(cause, seed, { index }) {
  const draws = drawsOf(seed);
  const racks = draws.whole(4, 6);
  const engines = 2 * racks;
  const sessionsPerHour = racks * draws.between(14, 20);
  const onsetMinutes = draws.whole(...BEFORE);
  const happens = KINDS[cause](onsetMinutes, draws, engines, sessionsPerHour);
  const judgedMinutes = SLOW[cause] ?? 15;
  const scenario = scenarioOf({
    name: `incident-${seed}`,
    racks: [racks, racks],
    minutes: onsetMinutes + Math.max(AFTER, judgedMinutes),
    sessionsPerHour,
    daily: draws.between(0, 0.4),
    index,
    ...happens,
  });
  return { cause, seed, onsetMinutes, judgedMinutes, scenario, what: happens };
}

/** @returns a day on which nothing happens but daily waves, drift, and the fleet's own scaling */
export function quietDay(seed, { index }) {
  const draws = drawsOf(seed);
  const racks = draws.whole(4, 6);
  return scenarioOf({
    name: `quiet-${seed}`,
    racks: [2, racks + 3],
    minutes: 24 * 60,
    sessionsPerHour: racks * draws.between(12, 18),
    daily: draws.between(0.1, 0.5),
    index,
  });
}

function scenarioOf(of) {
  const { name, racks, minutes, sessionsPerHour, daily, index, faults = [], traffic = [] } = of;
  const [least, most] = racks;
  const pool = {
    name: "gb200",
    rack: { nodes: 9, usableNodes: 8, gpusPerNode: 4 },
    supply: { kind: "Reserved", committedRacks: least },
    price: { usdPerRackHour: "378.00" },
    limits: { maxRacks: most, maxRequestsPerHour: 4 },
    consumers: [{ fleet: { namespace: "agents", name: "coder" }, guaranteed: least, max: most }],
  };
  const fleet = {
    name: "coder",
    namespace: "agents",
    model: { name: "test-small" },
    mode: { scaleOut: "Auto", scaleIn: "Auto" },
    racks: { min: least, max: most },
    pools: [{ name: "gb200" }],
    objectives: [{ name: "ttft", metric: "TTFT", threshold: "20s", share: "0.95" }],
    workloads: [
      {
        name: "engines",
        target: { selector: { app: "coder" } },
        unit: { gpus: 16 },
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
        warmup: "1h",
        traffic: [own, ...traffic],
        engine: { perturb: 0.1 },
        router: { index },
        faults,
      },
    },
  });
}
