/**
 * `npm run bench:forecast`: how well the quantiles of demand hold, at the lead time of a rack and
 * shorter, beside forecasts that others use. On recordings where they are present (fitted to none
 * of them), and on the generators' traffic. Coverage in percent, pinball loss (mean over p10, p50
 * and p90) in percent of mean demand; ratios of loss to the last value's. Nobody's first hour
 * counts (of recordings of an hour the first quarter), all else does: the forecasts begin with no
 * memory. `--seeds 11,12` draws other traffic, `--summary` prints the last table alone, `--hours 5`
 * forgets everything every five hours: what a controller knows that has just been installed.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { demandQuantile, observeDemand, rememberForecast } from "../src/core/demand/forecast.ts";
import { epochMs, millis } from "../src/core/units.ts";
import { BASELINES } from "./forecast-baselines.mjs";
import { generatedSeries, recordedSeries } from "./forecast-series.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "1" },
    summary: { type: "boolean", default: false },
    hours: { type: "string" },
  },
});
const RECORDINGS = resolve(process.env.BREAKWATER_TRACES ?? "../shared/traces");
const HORIZONS_MINUTES = [5, 10, 30, 60];
const SKIPPED_S = 3_600;
/** Less than a turn a minute is forecast, and judged, as one a minute. */
const FLOOR = 1 / 60;
/** Standard normal quantiles and the shares below them. */
const QUANTILES = [
  { z: -1.959964, share: 0.025 },
  { z: -1.281552, share: 0.1 },
  { z: 0, share: 0.5 },
  { z: 1.281552, share: 0.9 },
  { z: 1.959964, share: 0.975 },
];

/** The forecast that sizing uses, reviewed at every step. */
function breakwater({ stepS, startMs }, { steps, z }) {
  const horizonMs = millis(steps * stepS * 1_000);
  let memory = null;
  let now = startMs;
  return (rate) => {
    const turnsPerSecond = rate;
    const tokens = { promptTokensPerTurn: 1, outputTokensPerTurn: 1 };
    const sighting = { at: epochMs(now), turnsPerSecond, servedPerSecond: rate, ...tokens };
    memory = rememberForecast(observeDemand(memory, sighting), epochMs(now), horizonMs);
    now += stepS * 1_000;
    return z.map(({ z: normal }) => demandQuantile(memory, horizonMs, normal));
  };
}

const FORECASTS = { breakwater, ...BASELINES };

const pinball = (came, value, share) =>
  came >= value ? share * (came - value) : (1 - share) * (value - came);

/** @returns the series whole, or in pieces of so many hours */
function pieces(series) {
  if (flags.hours === undefined) return [series];
  const length = Math.round((Number(flags.hours) * 3_600) / series.stepS);
  return Array.from({ length: Math.floor(series.rates.length / length) }, (_, piece) => ({
    ...series,
    startMs: series.startMs + piece * length * series.stepS * 1_000,
    rates: series.rates.slice(piece * length, (piece + 1) * length),
  }));
}

/** @returns coverage of the two bands, and the loss as a share of mean demand */
function judged(method, series, steps) {
  const sums = { n: 0, in80: 0, in95: 0, below90: 0, loss: 0, demand: 0 };
  for (const piece of pieces(series)) judge(method, piece, { steps, sums });
  const { n, in80, in95, below90, loss, demand } = sums;
  return { n, in80: in80 / n, in95: in95 / n, below90: below90 / n, loss: loss / demand };
}

function judge(method, series, { steps, sums }) {
  const forecast = method(series, { steps, z: QUANTILES });
  const made = series.rates.map((rate) => forecast(rate));
  const skipped = Math.min(SKIPPED_S / series.stepS, series.rates.length / 4);
  const first = Math.ceil(skipped);
  for (let at = first; at + steps < made.length; at += 1) {
    const came = Math.max(series.rates[at + steps], FLOOR);
    const [low95, low80, median, high80, high95] = made[at];
    sums.n += 1;
    sums.in80 += low80 <= came && came <= high80 ? 1 : 0;
    sums.in95 += low95 <= came && came <= high95 ? 1 : 0;
    sums.below90 += came <= high80 ? 1 : 0;
    const loss =
      pinball(came, low80, 0.1) + pinball(came, median, 0.5) + pinball(came, high80, 0.9);
    sums.loss += loss / 3;
    sums.demand += came;
  }
}

const percent = (share) => (100 * share).toFixed(1).padStart(5);

function report(series, minutes) {
  const steps = (minutes * 60) / series.stepS;
  if (!Number.isInteger(steps) || steps > series.rates.length / 2) return [];
  const rows = Object.entries(FORECASTS).map(([name, method]) => ({
    name,
    ...judged(method, series, steps),
  }));
  const yardstick = rows.find(({ name }) => name === "last value").loss;
  for (const { name, in80, in95, below90, loss, n } of flags.summary ? [] : rows) {
    console.log(
      `${series.name.padEnd(22)} ${String(minutes).padStart(3)} min  ${name.padEnd(16)} ` +
        `80 %: ${percent(in80)}  95 %: ${percent(in95)}  p90: ${percent(below90)}  ` +
        `loss ${percent(loss)}  x${(loss / yardstick).toFixed(2)}  n ${n}`,
    );
  }
  return rows.map((row) => ({ ...row, minutes, ratio: row.loss / yardstick }));
}

const recorded = recordedSeries(RECORDINGS);
if (recorded.length === 0) {
  console.log("no recordings, so no rows of them: set BREAKWATER_TRACES");
}
const generated = flags.seeds.split(",").flatMap((seed) => generatedSeries(Number(seed)));
const all = [...recorded, ...generated].flatMap((series) =>
  HORIZONS_MINUTES.flatMap((minutes) => report(series, minutes)),
);
const geometricMean = (values) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
for (const name of Object.keys(FORECASTS)) {
  for (const minutes of HORIZONS_MINUTES) {
    const rows = all.filter((row) => row.name === name && row.minutes === minutes && row.n > 100);
    const off = (key, aim) => Math.max(...rows.map((row) => Math.abs(row[key] - aim)));
    console.log(
      `all ${String(minutes).padStart(3)} min  ${name.padEnd(16)} loss ` +
        `x${geometricMean(rows.map(({ ratio }) => ratio)).toFixed(3)} of the last value's; ` +
        `furthest from 80 %: ${percent(off("in80", 0.8))}, from 95 %: ` +
        `${percent(off("in95", 0.95))} points`,
    );
  }
}
