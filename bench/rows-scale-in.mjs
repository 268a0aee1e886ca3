/**
 * Giving racks back where the cache carries the fleet. Each case is a fleet that stands for three
 * hours, and loses a rack, a third or half of them, come what may. Collapsed: two hours later most
 * of what was cached is computed. Ours is asked in the minute before; beside it, who takes the last
 * hit rate for granted. A scale-in that collapses must be refused; of those after which the fleet
 * is as well as before, one in ten at most.
 */
import { RandomStream } from "../src/sim/random.ts";
import { table } from "../src/cli/table.ts";
import {
  CacheSums,
  constantHitRateAllows,
  guardVerdict,
  resizedWorld,
  watchResized,
} from "./rows-resized.mjs";

const CHANGE_MINUTES = 180;
const MINUTES = 330;
const BEFORE_MINUTES = 60;
const AFTER_MINUTES = 60;
/** Half of what the cache saved is gone. */
const COLLAPSED_SAVING = 0.5;
/** Cold work that may grow and the fleet is as well as before: a third more. */
const WELL_COLD_WORK = 1.33;
const WELL_WAIT_SECONDS = 1;
const OVERCAUTIOUS_SHARE = 0.1;
const TO_SHARES = ["one", 2 / 3, 1 / 2];

export async function scaleInRow({ cases = 12, seed }) {
  const rows = [];
  for (let number = 0; number < cases; number += 1) rows.push(await measured(drawn(seed, number)));
  const header = [
    "case",
    "router",
    "pauses",
    "racks",
    "cold share",
    "wait, s",
    "found",
    "constant hit rate",
    "ours",
  ];
  const cells = rows.map((row) => [
    row.name,
    row.router,
    row.pauses.toFixed(1),
    `${row.racks}>${row.to}`,
    `${row.before.coldShare.toFixed(3)}>${row.after.coldShare.toFixed(3)}`,
    `${row.before.waitSeconds.toFixed(1)}>${row.after.waitSeconds.toFixed(1)}`,
    row.found,
    row.constant ? "allows" : "refuses",
    row.ours ? "allows" : `refuses: ${row.why}`,
  ]);
  return { table: table(header, cells), ...verdict(rows) };
}

function verdict(rows) {
  const collapsed = rows.filter(({ found }) => found === "collapsed");
  const fallen = collapsed.filter(({ constant }) => constant);
  const unsafe = collapsed.filter(({ ours }) => ours).length;
  const well = rows.filter(({ found }) => found === "well");
  const cautious = well.filter(({ ours }) => !ours).length;
  const constantRefuses = well.filter(({ constant }) => !constant).length;
  return {
    found:
      `${collapsed.length} of ${rows.length} collapse, ${fallen.length} of them allowed by a ` +
      `constant hit rate, ${unsafe} by ours; of ${well.length} that stay well ours refuses ` +
      `${cautious}, a constant hit rate ${constantRefuses}`,
    holds: unsafe === 0 && cautious <= OVERCAUTIOUS_SHARE * well.length,
  };
}

function drawn(seed, number) {
  const draws = new RandomStream(seed, `scale-in/${number}`);
  const racks = 3 + Math.floor(4 * draws.uniform());
  const share = TO_SHARES[number % TO_SHARES.length];
  const to = share === "one" ? racks - 1 : Math.max(1, Math.round(racks * share));
  return {
    name: `${seed}-${number}`,
    racks,
    to,
    fill: draws.between(0.35, 1.1),
    pauses: draws.uniform() < 0.5 ? 0.4 : 2,
    router: draws.uniform() < 0.5 ? "prefix-affinity" : "session-sticky",
    seed: Math.floor(draws.uniform() * 1e9),
    minutes: MINUTES,
  };
}

async function measured(drawnCase) {
  const { racks, to, seed } = drawnCase;
  const [before, after] = [new CacheSums(), new CacheSums()];
  let asked = null;
  await watchResized(resizedWorld(drawnCase), {
    startRacks: racks,
    changes: [{ atMs: CHANGE_MINUTES * 60_000, racks: to }],
    seed,
    onTick: ({ minute, observation, picture }) => {
      if (minute > CHANGE_MINUTES - BEFORE_MINUTES && minute < CHANGE_MINUTES)
        before.add(observation);
      if (minute > MINUTES - AFTER_MINUTES) after.add(observation);
      if (asked === null && minute >= CHANGE_MINUTES - 1) asked = picture();
    },
  });
  const verdictOfOurs = guardVerdict(asked, racks, to);
  return {
    ...drawnCase,
    before,
    after,
    found: foundOf(before, after),
    constant: constantHitRateAllows(asked, to),
    ours: verdictOfOurs.kind === "Pass",
    why: verdictOfOurs.reason?.text ?? "",
  };
}

function foundOf(before, after) {
  if (1 - after.coldShare < COLLAPSED_SAVING * (1 - before.coldShare)) return "collapsed";
  const well =
    after.coldShare <= WELL_COLD_WORK * before.coldShare && after.waitSeconds < WELL_WAIT_SECONDS;
  return well ? "well" : "worse";
}
