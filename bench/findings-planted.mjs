/**
 * Results with causes planted in them: 14 days of minutes of two policies under one traffic, with
 * daily and weekly cycles, drift and slow noise to be mistaken for them. Nothing of src is used.
 */

const DAYS = 14;
const DAY = 1_440;
const STEPS = DAYS * DAY;
/** Minutes from one planted cause to the next, so that each is told by itself. */
const APART = 9 * 60;
export const KINDS = [
  "violation-cluster",
  "asked-late",
  "arrived-late",
  "over-provision",
  "hit-rate-regime",
  "forecast-miss",
  "dominated-policy",
];
const PLANTS = [rackLoss, askedLate, arrivedLate, overProvided, hitRateFall, forecastMissed];

/**
 * @param strength of what is planted: at 0.5 everything is half as far out of the ordinary
 * @returns two runs and what was planted, drawn from the seed alone
 */
export function plantedPair(seed, strength = 1) {
  const draw = random(seed);
  const world = { ...drawWorld(draw), strength };
  const dominated = draw() < 0.3;
  const tilt = draw() < 0.5 ? 1 : -1;
  const first = drawRun(world, draw, { extra: 0, missing: 1 });
  const extra = dominated || tilt > 0 ? 1 : 0;
  const missing = dominated ? 1.8 : tilt > 0 ? 0.55 : 1;
  const second = drawRun(world, draw, { extra, missing });
  const runs = [reportRun("alpha", seed, world, first), reportRun("beta", seed, world, second)];
  const planted = [
    ...first.planted.map((cause) => ({ run: "alpha", ...cause })),
    ...second.planted.map((cause) => ({ run: "beta", ...cause })),
  ];
  return { runs, planted, ...rivalry(runs, dominated) };
}

/**
 * Clusters planted in one of the two can turn the rivalry round: what the totals say is what is
 * true. Where they say that one is worse both ways without its having been planted, either answer
 * will do.
 */
function rivalry([first, second], planted) {
  const worse = (a, b) =>
    a.result.slo.violations >= b.result.slo.violations &&
    a.result.gpuHours.held >= b.result.gpuHours.held;
  const either = worse(first, second) || worse(second, first);
  return {
    dominated: planted && worse(second, first) ? ["beta"] : [],
    unclear: either && !planted,
  };
}

function drawWorld(draw) {
  const base = 2 + draw() * 14;
  const daily = 0.2 + draw() * 0.5;
  const weekend = draw() * 0.4;
  const drift = (draw() - 0.5) * 0.4;
  const phase = draw() * DAY;
  const noise = slowNoise(draw, 0.04, 20);
  const demand = Array.from({ length: STEPS }, (_, at) => {
    const cycle = 1 + daily * Math.sin((2 * Math.PI * (at - phase)) / DAY);
    const week = Math.floor(at / DAY) % 7 > 4 ? 1 - weekend : 1;
    return base * cycle * week * (1 + (drift * at) / STEPS) * Math.exp(noise());
  });
  const peak = demand.reduce((most, each) => Math.max(most, each), 0);
  const lead = { p50: 1_500 + draw() * 1_800, ratio: 1.3 + draw() * 0.5 };
  const perRack = peak / (5 + Math.floor(draw() * 7));
  const share = draw() < 0.5 ? 0.95 : 0.98;
  return { demand, perRack, lead, share };
}

function drawRun(world, draw, { extra, missing }) {
  const run = calmRun(world, draw, { extra, missing });
  const many = Math.floor(draw() * 6);
  let at = DAY + Math.floor(draw() * DAY);
  for (let cause = 0; cause < many && at < STEPS - DAY; cause += 1) {
    const plant = PLANTS[Math.floor(draw() * PLANTS.length)];
    const end = plant({ run, world, draw, at });
    at = end + APART + Math.floor(draw() * 1.5 * DAY);
  }
  return run;
}

/** Racks follow what is needed in time, misses are a part of what is allowed. */
function calmRun(world, draw, { extra, missing }) {
  const { demand, perRack, lead, share } = world;
  const headroom = 1.1 + draw() * 0.2;
  const error = slowNoise(draw, 0.05 + draw() * 0.06, 90);
  const width = (0.85 + draw() * 0.4) * error.sigma;
  const forecast = demand.map((value) => value * Math.exp(error()));
  const serving = followed(demand, (perRack / headroom) * 1, extra);
  const hit = hitRates(draw);
  const missNoise = slowNoise(draw, 0.5, 30);
  const allowed = 1 - share;
  const usual = allowed * (0.08 + draw() * 0.15) * missing;
  const missShare = demand.map((value, at) => {
    const load = value / (serving[at] * perRack);
    return Math.min(0.9 * allowed, usual * Math.exp(missNoise()) * (0.5 + load));
  });
  const run = { demand: [...demand], serving, hit, missShare, forecast, width, orders: [] };
  run.wanted = [...serving];
  run.arriving = demand.map(() => 0);
  run.planted = [];
  for (let at = 1; at < STEPS; at += 1) {
    const more = serving[at] - serving[at - 1];
    if (more > 0) run.orders.push(timelyOrder({ at, more, lead, draw }));
  }
  run.draw = draw;
  run.strength = world.strength;
  return run;
}

function timelyOrder({ at, more, lead, draw }) {
  const took = leadTime(lead, draw);
  return order({ asked: Math.max(0, at * 60 - took), took, racks: more, lead });
}

const order = ({ asked, took, racks, lead }) => ({
  pool: "gb200",
  racks,
  askedSeconds: asked,
  servedSeconds: asked + took,
  expected: { p50Seconds: lead.p50, p95Seconds: lead.p50 * lead.ratio },
});

const leadTime = ({ p50, ratio }, draw) =>
  p50 * Math.exp((Math.log(ratio) / 1.6449) * Math.min(2.2, normal(draw)));

/** Racks for the demand of the next two hours, held for three. */
function followed(demand, each, extra) {
  const ahead = demand.map((_, at) => {
    let most = 0;
    for (let next = at - 180; next <= at + 120; next += 5) most = Math.max(most, demand[next] ?? 0);
    return Math.max(2, Math.ceil(most / each)) + extra;
  });
  // Half-hours, as reviews do not follow every minute.
  return ahead.map((_, at) => ahead[at - (at % 30)]);
}

function hitRates(draw) {
  const base = 0.6 + draw() * 0.3;
  const daily = draw() * 0.03;
  const drift = (draw() - 0.5) * 0.06;
  const noise = slowNoise(draw, 0.006 + draw() * 0.008, 15);
  return Array.from({ length: STEPS }, (_, at) =>
    clamp(base + daily * Math.sin((2 * Math.PI * at) / DAY) + (drift * at) / STEPS + noise()),
  );
}

function note(run, kind, from, to) {
  run.planted.push({ kind, from: from * 60, to: to * 60 });
}

function miss(run, from, to, share) {
  for (let at = from; at < to; at += 1) {
    run.missShare[at] = Math.min(0.95, share * run.strength * (0.7 + 0.6 * run.draw()));
  }
  note(run, "violation-cluster", from, to);
}

function rackLoss({ run, draw, at }) {
  const to = at + 20 + Math.floor(draw() * 90);
  const lost = Math.min(run.serving[at] - 1, 1 + Math.floor(draw() * 2));
  for (let step = at; step < to; step += 1)
    run.serving[step] = Math.max(1, run.serving[step] - lost);
  miss(run, at + Math.floor(draw() * 5), to, 0.15 + draw() * 0.4);
  return to;
}

/** A surge for which racks are asked when it is there. */
function askedLate({ run, world, draw, at }) {
  const { lead } = world;
  const took = leadTime(lead, draw);
  const asked = at * 60 + draw() * 600;
  const served = Math.floor((asked + took) / 60);
  const until = served + 60 + Math.floor(draw() * 180);
  const factor = 1 + (1 + draw() * 0.8) * run.strength;
  const foreseen = draw() < 0.4;
  const more = 2 + Math.floor(draw() * 3);
  for (let step = at; step < until; step += 1) {
    run.demand[step] *= factor;
    if (foreseen) run.forecast[step] *= factor;
    if (step >= served) run.serving[step] += more;
    run.wanted[step] += more;
    if (step < served) run.arriving[step] += more;
  }
  run.orders.push(order({ asked, took, racks: more, lead }));
  miss(run, at, served, 0.15 + draw() * 0.4);
  note(run, "asked-late", at, served);
  if (!foreseen) note(run, "forecast-miss", at, until);
  return until;
}

/** A surge that was forecast and ordered for in time, by racks that did not come. */
function arrivedLate({ run, world, draw, at }) {
  const { lead } = world;
  const p95 = lead.p50 * lead.ratio;
  const asked = at * 60 - p95 * (1.05 + draw() * 0.3);
  const took = p95 * (1 + (1 + draw() * 1.5) * run.strength);
  const served = Math.floor((asked + took) / 60);
  const until = served + 60 + Math.floor(draw() * 120);
  const factor = 1 + (0.4 + draw() * 0.6) * run.strength;
  const more = 1 + Math.floor(draw() * 3);
  for (let step = at; step < until; step += 1) {
    run.demand[step] *= factor;
    run.forecast[step] *= factor;
    if (step >= served) run.serving[step] += more;
    run.wanted[step] += more;
  }
  run.orders.push(order({ asked, took, racks: more, lead }));
  miss(run, at, served, 0.12 + draw() * 0.3);
  note(run, "arrived-late", Math.floor((asked + p95) / 60), served);
  return until;
}

function overProvided({ run, draw, at }) {
  const until = at + 8 * 60 + Math.floor(draw() * 40 * 60);
  const more = Math.round((2 + Math.floor(draw() * 3)) * run.strength);
  for (let step = at; step < Math.min(until, STEPS); step += 1) {
    run.serving[step] += more;
    run.wanted[step] += more;
  }
  note(run, "over-provision", at, Math.min(until, STEPS));
  return until;
}

function hitRateFall({ run, draw, at }) {
  const until = Math.min(STEPS, at + 60 + Math.floor(draw() * 23 * 60));
  const fall = (0.08 + draw() * 0.2) * run.strength;
  for (let step = at; step < until; step += 1) run.hit[step] = clamp(run.hit[step] - fall);
  note(run, "hit-rate-regime", at, until);
  const hurts = draw() < 0.5;
  if (hurts) miss(run, at + 3, Math.min(until, at + 180), 0.12 + draw() * 0.3);
  return until;
}

/** More, or less, than was forecast, and racks enough for it. */
function forecastMissed({ run, draw, at }) {
  const until = at + 45 + Math.floor(draw() * 180);
  const away = draw() < 0.7 ? 0.9 + draw() * 0.6 : -0.55 + draw() * 0.1;
  const factor = 1 + away * run.strength;
  for (let step = at; step < until; step += 1) run.demand[step] *= factor;
  note(run, "forecast-miss", at, until);
  return until;
}

const GPUS = 72;

function reportRun(name, seed, world, run) {
  const { draw, width } = run;
  const arrived = run.demand.map((rate) => poisson(rate * 60, draw));
  const met = arrived.map((turns, at) => turns - binomial(turns, run.missShare[at], draw));
  const p50 = run.forecast;
  const spread = Math.exp(1.2816 * width);
  const held = run.serving.map((many, at) => Math.max(many, run.wanted[at]));
  const gpuHours = held.reduce((sum, many) => sum + (many * GPUS) / 60, 0);
  const violations = arrived.reduce((sum, turns, at) => sum + turns - met[at], 0);
  const latency = run.missShare.map((share) => 4 + 40 * share);
  const series = {
    arrived,
    met,
    forecastP10: p50.map((value) => value / spread),
    forecastP50: p50,
    forecastP90: p50.map((value) => value * spread),
    ttftP95: latency,
    itlP95: latency.map((seconds) => seconds / 400),
    hitRate: run.hit,
    racksWanted: run.wanted,
    racksHeld: held,
    racksServing: run.serving,
    racksArriving: run.arriving,
  };
  const orders = run.orders.toSorted((a, b) => a.askedSeconds - b.askedSeconds);
  const objective = { name: "ttft", metric: "TTFT", thresholdSeconds: 20, share: world.share };
  const fleet = {
    fleet: "agents/coder",
    objectives: [objective],
    gpusPerRack: GPUS,
    series,
    orders,
  };
  const timeline = { schemaVersion: 1, startsAtSeconds: 0, stepSeconds: 60, fleets: [fleet] };
  const totals = { violations, gpuHours, arrived: arrived.reduce((sum, each) => sum + each, 0) };
  return { name, result: resultOf(name, seed, totals), timeline };
}

function resultOf(policy, seed, { violations, gpuHours, arrived }) {
  const latency = { mean: 1, p50: 1, p90: 2, p95: 3, p99: 4, max: 5 };
  const turns = { offered: arrived, arrived, completed: arrived, rejected: 0, abandoned: 0 };
  return {
    schemaVersion: 1,
    scenario: "planted",
    policy,
    seed,
    simulatedSeconds: STEPS * 60,
    turns: { ...turns, inFlight: 0, lost: 0 },
    slo: {
      attainment: 1 - violations / arrived,
      judged: arrived,
      violations,
      violationSeconds: 0,
      byObjective: {},
    },
    latency: { ttft: latency, itl: latency, e2e: latency },
    cache: { hitRate: 0.7, idealHitRate: 0.9, coldTokens: 1, promptTokens: 2 },
    gpuHours: { held: gpuHours, serving: gpuHours, wasted: 0, marginal: 0, loaned: 0 },
    costUsd: null,
    racks: { mean: 0, peak: 0, scaleUps: 0, scaleDowns: 0, moves: 0 },
    surges: [],
    forecast: { coverage80: null, coverage95: null, pinballLoss: null },
    decisions: { total: 0, byReason: {}, confirmed: 0, expired: 0 },
    fleets: [],
  };
}

/** Mulberry32. */
function random(seed) {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Box and Muller. */
const normal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** Of that standard deviation, remembered for about so many minutes. */
function slowNoise(draw, sigma, minutes) {
  const keeps = Math.exp(-1 / minutes);
  const step = sigma * Math.sqrt(1 - keeps * keeps);
  let value = sigma * normal(draw);
  const next = () => {
    value = keeps * value + step * normal(draw);
    return value;
  };
  return Object.assign(next, { sigma });
}

const poisson = (mean, draw) =>
  mean > 30 ? Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(draw))) : few(mean, draw);

function few(mean, draw) {
  const limit = Math.exp(-mean);
  let many = 0;
  for (let product = draw(); product > limit; product *= draw()) many += 1;
  return many;
}

function binomial(tries, share, draw) {
  const mean = tries * share;
  if (mean < 10) return Math.min(tries, few(mean, draw));
  const wide = Math.sqrt(mean * (1 - share));
  return Math.min(tries, Math.max(0, Math.round(mean + wide * normal(draw))));
}

const clamp = (share) => Math.min(0.98, Math.max(0.02, share));
