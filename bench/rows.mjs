/**
 * `npm run bench:rows -- ROW…`: single claims about decisions, each measured by itself in a minute
 * or two of one core, on cases drawn from a seed. `decisions.mjs` says who is better over all of
 * them; here a row says what of it holds. Without a name all rows are run. Status 1 where a bound
 * is missed.
 */
import { parseArgs } from "node:util";
import { absorbRow } from "./rows-absorb.mjs";
import { coldWorkRow } from "./rows-cold-work.mjs";
import { dailyRow } from "./rows-daily.mjs";
import { scaleInRow } from "./rows-scale-in.mjs";
import { sharedPoolRow } from "./rows-shared-pool.mjs";
import { stationaryRow } from "./rows-stationary.mjs";

const ROWS = {
  absorb: absorbRow,
  "cold-work": coldWorkRow,
  daily: dailyRow,
  "scale-in": scaleInRow,
  "shared-pool": sharedPoolRow,
  stationary: stationaryRow,
};

const HELP = `node bench/run.mjs rows [ROW…] [options]
  rows: ${Object.keys(ROWS).join(", ")}
  --seed S           cases are drawn from it (1)
  --cases N          of each row that draws cases; default: the row's own number
  --racks 4,12       fleets of these sizes (4,12)
  --hours H          simulated time of a run; default: the row's own`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    cases: { type: "string" },
    racks: { type: "string", default: "4,12" },
    hours: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const numberOf = (text) => (text === undefined ? undefined : Number(text));

async function main() {
  if (flags.help) return console.log(HELP);
  const unknown = positionals.filter((name) => ROWS[name] === undefined);
  if (unknown.length > 0) {
    console.error(
      `no row is called ${unknown.join(", ")}, expected ${Object.keys(ROWS).join(", ")}`,
    );
    process.exitCode = 2;
    return;
  }
  const asked = positionals.length > 0 ? positionals : Object.keys(ROWS);
  const options = {
    seed: Number(flags.seed),
    cases: numberOf(flags.cases),
    hours: numberOf(flags.hours),
    racks: flags.racks.split(",").map(Number),
  };
  for (const name of asked) {
    console.log(`\n== ${name}\n`);
    const { table, found, holds } = await ROWS[name](options);
    console.log(`${table}\n\n${holds ? "holds" : "MISSED"}: ${found}`);
    if (!holds) process.exitCode = 1;
  }
}

await main();
