/**
 * How long until a surge that nobody announced is absorbed, beside the causal reference: it learns
 * of the surge when it begins and asks at once for every rack there may be, with the same lead
 * times and no budget. Steps are the cutter's (x2 to x10 within 1 to 30 minutes). Both begin with
 * the racks that they chose; who entered the surge with more of them is printed too.
 */
import { table } from "../src/cli/table.ts";
import { cutCases } from "../src/studies/cases/cutter.ts";
import { seedOf } from "../src/studies/cases/case-rows.ts";
import { compiled, median, run } from "./rows-run.mjs";

/** Of a reference that learns at the onset. */
const TIMES_REFERENCE = 1.2;
/** Both are judged by slices of so long: what is absorbed within one is absorbed at once. */
const SLICE_MINUTES = 1;
const FAMILIES = 5;

export async function absorbRow({ racks: sizes, cases = 8, seed }) {
  const found = stepsOf(seed, sizes, cases);
  const rows = [];
  for (const step of found) rows.push(await measured(step));
  const header = [
    "case",
    "racks",
    "factor",
    "ours, min",
    "reference, min",
    "ratio",
    "racks at the onset",
  ];
  const cells = rows.map((row) => [
    row.name,
    String(row.racks),
    row.factor.toFixed(1),
    minutes(row.ours),
    minutes(row.reference),
    ratioText(row.ratio),
    `${row.ours.racks}, ${row.reference.racks}`,
  ]);
  const ratios = rows.flatMap(({ ratio }) => (ratio === null ? [] : [ratio]));
  const middle = ratios.length === 0 ? 1 : median(ratios);
  const above = ratios.filter((ratio) => ratio > TIMES_REFERENCE).length;
  const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
  return {
    table: table(header, cells),
    found:
      `median ${middle.toFixed(2)}x the reference's time, ${spread}; ` +
      `${above} of ${ratios.length} cases above ${TIMES_REFERENCE}x`,
    holds: above === 0,
  };
}

const minutes = ({ absorb }) => (absorb === null ? "never" : absorb.toFixed(0));
const ratioText = (ratio) => {
  if (ratio === null) return "neither";
  return ratio === Number.POSITIVE_INFINITY ? "never" : ratio.toFixed(2);
};

function stepsOf(seed, sizes, count) {
  const drawn = cutCases({ seed, count: FAMILIES * count * 3, sources: [] });
  return drawn
    .filter(({ family, racks }) => family === "step" && sizes.includes(racks))
    .slice(0, count);
}

async function measured(found) {
  const scenario = compiled(found.document);
  const seed = seedOf(found);
  const [ours, reference] = [
    await absorbedBy("breakwater", scenario, seed),
    await absorbedBy("causal-reference", scenario, seed),
  ];
  const { factor } = ours;
  return {
    name: found.name,
    racks: found.racks,
    factor,
    ours,
    reference,
    ratio: ratioOf(ours, reference),
  };
}

/** null: neither absorbed it before the run ended. */
function ratioOf(ours, reference) {
  if (ours.absorb === null) return reference.absorb === null ? null : Number.POSITIVE_INFINITY;
  if (reference.absorb === null) return 0;
  return Math.max(ours.absorb, SLICE_MINUTES) / Math.max(reference.absorb, SLICE_MINUTES);
}

async function absorbedBy(policy, scenario, seed) {
  const held = [];
  const onTick = ({ observation }) =>
    held.push({ at: observation.now, racks: observation.pools[0].count?.desired ?? 0 });
  const { result } = await run(scenario, { policy, seed, onTick });
  const [surge] = result.surges;
  const onset = scenario.startsAt + surge.startSeconds * 1_000;
  const took = surge.timeToAbsorbSeconds;
  return {
    absorb: took === null ? null : took / 60,
    factor: surge.factor,
    racks: held.findLast(({ at }) => at <= onset)?.racks ?? 0,
  };
}
