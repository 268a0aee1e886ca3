/** Cases out of recordings: sessions drawn from them, turns played slower, rates from an offset. */
import type { RandomStream } from "../../sim/random.ts";
import type { FleetRacks, Plain } from "./case-document.ts";
import { minutesText, unitsPerRack } from "./case-document.ts";
import {
  AGENT_TURNS_PER_SESSION,
  COLD_TOKENS_PER_SECOND_PER_UNIT,
  SESSIONS_PER_UNIT,
} from "./case-sources.ts";
import type {
  RateRecording,
  RecordingSource,
  SessionRecording,
  TurnRecording,
} from "./case-sources.ts";
import { change, logBetween } from "./families.ts";

export interface RecordedTraffic {
  readonly durationMinutes: number;
  readonly warmupMinutes: number;
  readonly traffic: Plain;
  /** The least that its racks serve at the start, as a share of what they do at the top. */
  readonly startShare: number;
}

interface RecordedPlace {
  readonly racks: FleetRacks;
  /** What the racks serve at the top, of what they could. */
  readonly fill: number;
  readonly draws: RandomStream;
}

export function recordedTraffic(source: RecordingSource, place: RecordedPlace): RecordedTraffic {
  if (source.kind === "sessions") return sampledSessions(source, place);
  if (source.kind === "turns") return slowedTurns(source, place);
  return rateWindow(source, place);
}

const MINUTES: Readonly<Record<FleetRacks, number>> = { 4: 300, 12: 240, 40: 180 };
const WARM_UP_MINUTES = 120;

const unitsOf = ({ racks, fill }: RecordedPlace): number => racks * unitsPerRack(racks) * fill;

function sampledSessions(
  { path, format, turnsPerSession }: SessionRecording,
  place: RecordedPlace,
): RecordedTraffic {
  const { draws, racks } = place;
  const top = logBetween(draws, 2, 6);
  const perUnit = SESSIONS_PER_UNIT["coding-agent"].long;
  const most = (unitsOf(place) * perUnit * AGENT_TURNS_PER_SESSION) / turnsPerSession;
  const shape = change({
    at: draws.between(30, 80),
    factor: top,
    ramp: logBetween(draws, 1, 30),
    hold: draws.between(30, 120),
  });
  return {
    durationMinutes: MINUTES[racks],
    warmupMinutes: WARM_UP_MINUTES,
    traffic: { trace: { path, format }, sessionsPerHour: rounded(most / top), shape: [shape] },
    startShare: 1 / top,
  };
}

/** An hour that was recorded lasts five: less than a lead time shows nothing. */
const SLOWED = 0.2;

function slowedTurns(source: TurnRecording, place: RecordedPlace): RecordedTraffic {
  const { draws } = place;
  const top = logBetween(draws, 2, 4);
  const hold = draws.between(30, 60);
  const at = draws.between(40, 70);
  const perCopy = (source.coldTokensPerSecond * SLOWED) / COLD_TOKENS_PER_SECOND_PER_UNIT;
  const lasts = source.spanSeconds / 60 / SLOWED - (top - 1) * hold;
  return {
    durationMinutes: Math.max(at + hold, lasts - 5),
    warmupMinutes: 0,
    traffic: {
      trace: { path: source.path, format: source.format },
      scale: Math.max(1, Math.round(unitsOf(place) / perCopy / top)),
      shape: [{ at: "0s", factor: SLOWED }, change({ at, factor: top, ramp: 1, hold })],
    },
    startShare: 1 / top,
  };
}

/** From an offset drawn over the whole recording; its highest rate there is what racks are for. */
function rateWindow(source: RateRecording, place: RecordedPlace): RecordedTraffic {
  const { draws, racks } = place;
  const minutes = MINUTES[racks];
  const [first, last] = [source.rates[0], source.rates.at(-1)];
  const span = (last?.atSeconds ?? 0) - (first?.atSeconds ?? 0);
  const longest = (minutes + WARM_UP_MINUTES) * 60;
  const offset = Math.floor((draws.uniform() * Math.max(0, span - longest)) / 60) * 60;
  const from = (first?.atSeconds ?? 0) + offset;
  const inside = source.rates
    .filter(({ atSeconds }) => atSeconds >= from && atSeconds <= from + longest)
    .map(({ perSecond }) => perSecond);
  const mean = meanOf(source.rates.map(({ perSecond }) => perSecond));
  const peak = Math.max(mean / 100, ...overSome(inside));
  const sessions = unitsOf(place) * SESSIONS_PER_UNIT["coding-agent"].long;
  return {
    durationMinutes: minutes,
    warmupMinutes: WARM_UP_MINUTES,
    traffic: {
      trace: { path: source.path, format: source.format, offset: minutesText(offset / 60) },
      profile: "coding-agent",
      meanSessionsPerHour: rounded((sessions * mean) / peak),
    },
    startShare: Math.min(1, meanOf(inside) / peak),
  };
}

/** A single spike of a few minutes is not what racks are for: means of three neighbours. */
const overSome = (rates: readonly number[]): readonly number[] =>
  rates.map((_, at) => meanOf(rates.slice(Math.max(0, at - 1), at + 2)));

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

const rounded = (value: number): number => Math.max(0.1, Number(value.toFixed(1)));
