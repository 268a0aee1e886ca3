/**
 * Forecast misses: demand left the band that the forecast itself had drawn, further than chance.
 */
import type { Finding } from "../finding.ts";
import { severityOf } from "../finding.ts";
import { blockMeans, blockSums } from "../statistics/blocks.ts";
import { confidenceOf, normalTail, surprising } from "../statistics/chance.ts";
import type { Stretch } from "../statistics/episodes.ts";
import { episodes } from "../statistics/episodes.ts";
import { meanOf, numbersOf, robustSigma } from "../statistics/robust.ts";
import { duration, percent, rate } from "../text.ts";
import type { ShownCapacity } from "./capacity.ts";
import type { FleetRun } from "./fleet-run.ts";
import { beyondText, inSteps, missedBeyond, placed, when } from "./fleet-run.ts";

const BLOCK_SECONDS = 600;
/** The standard normal quantile of p90: the band reaches so many deviations from its middle. */
const Z_90 = 1.2816;
/** Of ln(demand): a band narrower than 2 % says that nobody asked how wide it is. */
const NARROWEST = 0.02;
const TOGETHER_SECONDS = 1_800;

export interface ForecastMiss extends Stretch {
  /** Of the forecast, in standard deviations: above 0, more came than expected. */
  readonly sigmas: number;
  readonly came: number;
  readonly expected: number;
  readonly confidence: number;
}

interface Block {
  readonly came: number | null;
  readonly expected: number | null;
  readonly sigmas: number | null;
}

/** @returns stretches of steps, in order */
export function forecastMisses(
  run: FleetRun,
  capacity: ShownCapacity | null,
): readonly ForecastMiss[] {
  const size = inSteps(run, BLOCK_SECONDS);
  const blocks = blocksOf(run, size);
  const scale = usualScale(run, blocks);
  const enter = surprising(2 * blocks.length);
  const rule = {
    enter,
    leave: enter / 2,
    gap: Math.round(TOGETHER_SECONDS / (size * run.stepSeconds)),
  };
  return [1, -1]
    .flatMap((side) => {
      const scores = blocks.map(({ sigmas }) => (sigmas === null ? null : (side * sigmas) / scale));
      return episodes(scores, rule).map((found) => missOf(blocks, found, { size, side, scale }));
    })
    .filter(({ came, expected }) => matters(Math.abs(came - expected), capacity))
    .map((miss) => ({ ...miss, to: Math.min(run.steps, miss.to) }))
    .toSorted((a, b) => a.from - b.from);
}

const USUAL_SECONDS = 3 * 86_400;

/**
 * A forecast whose errors are always wider than its band is judged by what they usually are; in
 * less
 * than three days nothing is usual.
 */
function usualScale(run: FleetRun, blocks: readonly Block[]): number {
  if (run.steps * run.stepSeconds < USUAL_SECONDS) return 1;
  return Math.max(1, robustSigma(numbersOf(blocks.map(({ sigmas }) => sigmas))));
}

/** An error of less than half a rack is rounded away. */
const matters = (error: number, capacity: ShownCapacity | null): boolean =>
  capacity === null || error >= capacity.perRack / 2;

function blocksOf(run: FleetRun, size: number): readonly Block[] {
  const { arrived, forecastP10, forecastP50, forecastP90 } = run.timeline.series;
  const [p10, p50, p90] = [forecastP10, forecastP50, forecastP90].map((each) =>
    blockMeans(each, size),
  );
  const came = blockMeans(run.demand, size);
  const turns = blockSums(arrived, size);
  return turns.map((many, at) => {
    const band = { low: p10?.[at] ?? null, middle: p50?.[at] ?? null, high: p90?.[at] ?? null };
    const own = came[at] ?? null;
    return { came: own, expected: band.middle, sigmas: surprise(own, band, many) };
  });
}

interface Band {
  readonly low: number | null;
  readonly middle: number | null;
  readonly high: number | null;
}

/** The band is log-normal, each half as wide as its decile says; counted turns scatter by 1/n. */
function surprise(came: number | null, { low, middle, high }: Band, turns: number): number | null {
  if (came === null || low === null || middle === null || high === null) return null;
  if (came <= 0 || middle <= 0 || low <= 0) return null;
  const error = Math.log(came / middle);
  const half = error > 0 ? Math.log(high / middle) : Math.log(middle / low);
  const wide = Math.max(NARROWEST, half / Z_90);
  return error / Math.sqrt(wide * wide + 1 / Math.max(1, turns));
}

function missOf(
  blocks: readonly Block[],
  { from, to }: Stretch,
  { size, side, scale }: { readonly size: number; readonly side: number; readonly scale: number },
): ForecastMiss {
  const own = blocks.slice(from, to);
  const sigmas = own.reduce((most, block) => Math.max(most, side * (block.sigmas ?? 0)), 0);
  return {
    from: from * size,
    to: to * size,
    sigmas: side * sigmas,
    came: meanOf(own.map(({ came }) => came)) ?? 0,
    expected: meanOf(own.map(({ expected }) => expected)) ?? 0,
    confidence: confidenceOf(normalTail(sigmas / scale), 2 * blocks.length),
  };
}

export function forecastFindings(
  run: FleetRun,
  misses: readonly ForecastMiss[],
): readonly Finding[] {
  return misses.map((miss) => {
    const { came, expected, sigmas } = miss;
    const seconds = (miss.to - miss.from) * run.stepSeconds;
    const violations = sigmas > 0 ? missedBeyond(run, miss) : 0;
    const error = came / expected - 1;
    const share = (Math.abs(error) * seconds) / (run.steps * run.stepSeconds);
    const cost = Math.max(violations / run.budget, share);
    const how = error > 0 ? "more" : "less";
    return {
      ...placed(run, miss, "demand"),
      kind: "forecast-miss",
      severity: severityOf(cost),
      confidence: miss.confidence,
      sentence:
        `From ${when(run, miss.from)} for ${duration(seconds)}, ${rate(came)} came where the ` +
        `forecast said ${rate(expected)}: ${percent(Math.abs(error))} ${how}, ` +
        `${Math.abs(sigmas).toFixed(1)} of its own standard deviations` +
        `${beyondText(violations, "meanwhile")}.`,
      numbers: { came, expected, sigmas, seconds, violations },
      cost,
    };
  });
}
