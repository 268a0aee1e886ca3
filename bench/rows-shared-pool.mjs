/**
 * Three fleets and training on one reserved pool, three ways: arbitrated (guarantees, weights,
 * moves, racks called back from training), fixed shares (a rack is always the same one's), and
 * first come (a rack that is free goes to who asks, and nobody gives one up that it wants). The
 * outcome is the fleets' attainment, weighted as the pool weighs them, beside what training got.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { table } from "../src/cli/table.ts";
import { compiled, median, percent, run } from "./rows-run.mjs";

const SCENARIO = "simulations/shared-pool/scenario.yaml";
/** Of 14 racks: three of each fleet, five of training, as the scenario begins. */
const SHARE = 3;
const NEVER = "87600h";
const MINUTE_MS = 60_000;
/** Minutes from calling a rack back until training has left it; engines start then. */
const FREE_WITHIN_MINUTES = 10;

export async function sharedPoolRow({ cases: seeds = 2, seed: first }) {
  const rows = [];
  for (const [name, way] of Object.entries(WAYS)) {
    const runs = [];
    for (let seed = first; seed < first + seeds; seed += 1) runs.push(await way(seed));
    rows.push({ name, runs });
  }
  const header = [
    "way",
    "seed",
    "weighted attainment",
    "by fleet",
    "loaned GPU-hours",
    "moves",
    "called back: free, min",
    "serving, min",
  ];
  const cells = rows.flatMap(({ name, runs }) =>
    runs.map((found) => [
      name,
      String(found.seed),
      percent(found.weighted),
      found.fleets.map(percent).join(", "),
      found.loaned.toFixed(0),
      String(found.moves),
      wholes(found.free),
      wholes(found.back),
    ]),
  );
  return { table: table(header, cells), ...verdict(rows) };
}

const wholes = (minutes) => minutes.map((value) => value.toFixed(0)).join(" ");

function verdict(rows) {
  const missed = ({ runs }) =>
    runs.reduce((sum, { weighted }) => sum + 1 - weighted, 0) / runs.length;
  const [ours, ...others] = rows.map((row) => ({ name: row.name, missed: missed(row) }));
  const [free, back] = ["free", "back"].map((key) => rows[0].runs.flatMap((found) => found[key]));
  const minutes = back.length === 0 ? Number.NaN : median(back);
  const ratios = others.map(
    ({ name, missed: theirs }) => `${(theirs / ours.missed).toFixed(2)}x by ${name}`,
  );
  return {
    found:
      `weighted misses ${ratios.join(", ")} (ours 1); ${free.length} racks called back, ` +
      `free after ${median(free).toFixed(0)} min, serving after ${minutes.toFixed(0)} (medians)`,
    holds:
      others.every((other) => other.missed > ours.missed) && median(free) <= FREE_WITHIN_MINUTES,
  };
}

const WAYS = {
  arbitrated: (seed) => outcome(written(), { seed }),
  "fixed shares": (seed) => outcome(withShares(written()), { seed }),
  "first come": (seed) => outcome(written(), { seed, policy: "without-arbitration" }),
};

const written = () => parse(readFileSync(SCENARIO, "utf8"));

function withShares(document) {
  const [pool] = document.spec.pools;
  for (const consumer of pool.consumers) {
    if (consumer.loan === undefined) Object.assign(consumer, { guaranteed: SHARE, max: SHARE });
    else Object.assign(consumer.loan, { minTenure: NEVER });
  }
  return document;
}

async function outcome(document, { seed, policy }) {
  const scenario = compiled(document);
  const [pool] = scenario.group.pools;
  const calls = new CallBacks();
  const { result } = await run(scenario, { policy, seed, onTick: (report) => calls.watch(report) });
  const weights = result.fleets.map(
    ({ fleet }) =>
      pool.consumers.find(({ fleet: of }) => `${of.namespace}/${of.name}` === fleet).weight,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const fleets = result.fleets.map(({ attainment }) => attainment);
  return {
    seed,
    fleets,
    weighted: fleets.reduce((sum, share, at) => sum + share * weights[at], 0) / total,
    loaned: result.gpuHours.loaned,
    moves: result.racks.moves,
    free: calls.freeAfter,
    back: calls.servesAfter,
  };
}

/** How long each rack that was called back took, in minutes from the decision. */
class CallBacks {
  freeAfter = [];
  servesAfter = [];
  #seen = new Set();
  #starting = new Map();

  watch({ observation: { now, intents }, decision }) {
    for (const { name, direction, phase, rack, createdAt } of intents) {
      if (direction !== "Reclaim" || phase !== "Done" || this.#seen.has(name)) continue;
      this.#seen.add(name);
      this.freeAfter.push((now - createdAt) / MINUTE_MS);
      this.#starting.set(rack, createdAt);
    }
    const { racks } = decision.pools[0];
    for (const [rack, from] of this.#starting) {
      const phase = racks.find(({ id }) => id === rack)?.phase;
      if (phase === "Loaned") this.#starting.delete(rack);
      if (phase !== "Warming" && phase !== "Serving") continue;
      this.servesAfter.push((now - from) / MINUTE_MS);
      this.#starting.delete(rack);
    }
  }
}
