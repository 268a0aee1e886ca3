/**
 * Cold work predicted for other sizes: a fleet stands on N racks for three hours, ours watches, and
 * says what share of the prompt tokens would be computed on N-1, N+1 and 2N. The same sessions on
 * so many racks say what share is. Beside it, who takes the hit rate at N for granted.
 */
import { RandomStream } from "../src/sim/random.ts";
import { table } from "../src/cli/table.ts";
import { median } from "./rows-run.mjs";
import { CacheSums, believedColdShare, resizedWorld, watchResized } from "./rows-resized.mjs";

const MINUTES = 200;
const FROM_MINUTES = 60;
/**
 * Errors of the law with one point and the router's prior on recorded sessions of which the same
 * were served at each size, in percent of cold work: median and largest of the feasible points.
 */
const PUBLISHED = {
  "session-sticky": { "N-1": [0.8, 2], "N+1": [0.6, 2], "2N": [1.5, 3] },
  "prefix-affinity": { "N-1": [0.8, 16], "N+1": [1, 13], "2N": [8, 17] },
};
/** How many times the published error is as good. */
const TIMES_PUBLISHED = 1.5;
const SIZES = { "N-1": (n) => n - 1, "N+1": (n) => n + 1, "2N": (n) => 2 * n };

export async function coldWorkRow({ cases = 4, seed }) {
  const points = [];
  for (let number = 0; number < cases; number += 1) {
    points.push(...(await measured(drawn(seed, number))));
  }
  const header = [
    "router",
    "to",
    "cases",
    "ours: median, largest %",
    "constant hit rate",
    "allowed",
  ];
  const rows = Object.entries(PUBLISHED).flatMap(([router, sizes]) =>
    Object.entries(sizes).map(([to, [middle, most]]) => {
      const found = points.filter((point) => point.router === router && point.to === to);
      const [ours, constant] = ["ours", "constant"].map((who) =>
        found.map((point) => Math.abs(point[who])),
      );
      return { router, to, found, ours, constant, middle, most };
    }),
  );
  const compared = rows.filter(({ found }) => found.length > 0);
  const missed = compared.filter(
    ({ ours, middle, most }) =>
      median(ours) > TIMES_PUBLISHED * middle || Math.max(...ours) > TIMES_PUBLISHED * most,
  );
  const cells = compared.map(({ router, to, found, ours, constant, middle, most }) => [
    router,
    to,
    String(found.length),
    spread(ours),
    spread(constant),
    `${(TIMES_PUBLISHED * middle).toFixed(1)}, ${(TIMES_PUBLISHED * most).toFixed(0)}`,
  ]);
  return {
    table: table(header, cells),
    found:
      `${compared.length - missed.length} of ${compared.length} within ${TIMES_PUBLISHED}x of ` +
      "what was published",
    holds: missed.length === 0,
  };
}

const spread = (errors) => `${median(errors).toFixed(1)}, ${Math.max(...errors).toFixed(0)}`;

function drawn(seed, number) {
  const draws = new RandomStream(seed, `cold-work/${number}`);
  return {
    name: `${seed}-${number}`,
    racks: 2 + Math.floor(3 * draws.uniform()),
    fill: draws.between(0.5, 0.9),
    pauses: draws.uniform() < 0.5 ? 0.4 : 2,
    router: number % 2 === 0 ? "session-sticky" : "prefix-affinity",
    seed: Math.floor(draws.uniform() * 1e9),
    minutes: MINUTES,
  };
}

async function measured(drawnCase) {
  const { racks, router } = drawnCase;
  const base = await standing(drawnCase, racks);
  const points = [];
  for (const [to, size] of Object.entries(SIZES)) {
    const { sums } = await standing(drawnCase, size(racks));
    const found = sums.coldShare;
    const believed = believedColdShare(base.picture, size(racks), base.sums.turnsPerSecond);
    const percentOff = (share) => 100 * (share / found - 1);
    points.push({
      router,
      to,
      ours: percentOff(believed),
      constant: percentOff(base.sums.coldShare),
    });
    console.error(
      `${drawnCase.name} ${router} ${racks} racks, ${to}: cold ${base.sums.coldShare.toFixed(4)}, ` +
        `there ${found.toFixed(4)}, believed ${believed.toFixed(4)}`,
    );
  }
  return points;
}

async function standing(drawnCase, racks) {
  const sums = new CacheSums();
  let last = null;
  await watchResized(resizedWorld({ ...drawnCase, startRacks: racks }), {
    startRacks: racks,
    changes: [],
    seed: drawnCase.seed,
    onTick: ({ minute, observation, picture }) => {
      if (minute > FROM_MINUTES) sums.add(observation);
      if (last === null && minute >= MINUTES - 1) last = picture();
    },
  });
  return { sums, picture: last };
}
