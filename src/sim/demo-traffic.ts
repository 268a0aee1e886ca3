/**
 * The clients of the demo: coding agents whose sessions are short enough that a fleet is in its
 * usual state after minutes. Their lengths are invented; their shape is that of recorded ones: long
 * prompts that grow turn by turn, of which a cache holds most, and short answers.
 */
import type { TrafficShape } from "../config/compiled-scenario.ts";
import { HOUR_MS, MINUTE_MS, millis } from "../core/units.ts";
import type { SessionRecord, SessionRow } from "../traces/records.ts";
import { product, surge, wave } from "../traces/sources/rate-curve.ts";
import { sampledSource } from "../traces/sources/sampled.ts";
import { compileAgentSessions } from "../traces/templates/agent-templates.ts";
import type { SessionSource } from "../traces/turn-templates.ts";
import { RandomStream } from "./random.ts";

/** Base load, about a third of what four racks of the demo's small engine could ever serve. */
const TURNS_PER_SECOND = 8.5;
/** Different sessions; each is run many times, with prefixes of its own. */
const TEMPLATES = 400;
/** Turns of a session. */
const TURNS = { low: 6, high: 22 } as const;
const BLOCK_TOKENS = 64;
/** Tools and system prompt, the same for all. */
const SHARED_TOKENS = { tools: 8_192, system: 2_048 } as const;
const OPENING_TOKENS = { p50: 8_000, p95: 20_000 } as const;
const ADDED_TOKENS = { p50: 1_200, p95: 5_000 } as const;
const OUTPUT_TOKENS = { p50: 170, p95: 450 } as const;
/** From an answer to the session's next turn: a tool call, mostly. */
const PAUSE_MS = { p50: 9_000, p95: 60_000 } as const;
/** What an answer takes; sessions are drawn with it, the world decides. */
const SERVICE_MS = 3_000;

/** Of the day and night that a demo at 60x goes through in 24 minutes. */
const DAILY_AMPLITUDE = 0.15;
const DAY_NS = 24 * HOUR_MS * 1e6;

/**
 * Shown at 60 simulated seconds a second: the first surge comes 40 s after the start, the next ones
 * about every four minutes of watching.
 */
const FIRST_SURGE_MS = 40 * MINUTE_MS;
const BETWEEN_SURGES_MS = { low: 3.5 * HOUR_MS, high: 4.5 * HOUR_MS } as const;
const SURGE_FACTOR = { low: 2.4, high: 3.4 } as const;
const RAMP_MS = { low: MINUTE_MS, high: 5 * MINUTE_MS } as const;
const HOLD_MS = { low: 20 * MINUTE_MS, high: 40 * MINUTE_MS } as const;
/** Surges are drawn for this long, a day of watching; then it stays calm. */
const SURGES_UNTIL_MS = 60 * 24 * HOUR_MS;

export interface DemoTrafficOptions {
  readonly seed: number;
  readonly surges: readonly TrafficShape[];
  /** How long the traffic runs before the scenario, and its surges' clock, starts. */
  readonly warmupMs: number;
  readonly turnsPerSecond?: number;
}

/** @returns sessions without end, whose rate is that of the base load, the day and the surges. */
export function demoTraffic(options: DemoTrafficOptions): SessionSource {
  const { seed, surges, warmupMs, turnsPerSecond = TURNS_PER_SECOND } = options;
  const meanTurns = (TURNS.low + TURNS.high) / 2;
  const ns = (sinceStartMs: number): number => (warmupMs + sinceStartMs) * 1e6;
  const curves = surges.map(({ atMs, factor, rampMs, holdMs }) =>
    surge({ atNs: ns(atMs), factor, rampNs: rampMs * 1e6, holdNs: holdMs * 1e6 }),
  );
  return sampledSource(compileAgentSessions(demoSessions()), {
    sessionsPerHour: (turnsPerSecond * 3_600) / meanTurns,
    curves: [wave(DAY_NS, DAILY_AMPLITUDE, ns(0) - DAY_NS / 4), product(curves)],
    draws: new RandomStream(seed, "demo/sessions"),
  });
}

/** @returns the same sessions for every seed: which of them run, and when, is the seed's. */
export function demoSessions(): readonly SessionRecord[] {
  const draws = new RandomStream(1, "demo/templates");
  return Array.from({ length: TEMPLATES }, (_, index) => ({
    id: `demo-${index}`,
    blockTokens: BLOCK_TOKENS,
    toolTokens: SHARED_TOKENS.tools,
    systemTokens: SHARED_TOKENS.system,
    rows: sessionRows(draws),
  }));
}

function sessionRows(draws: RandomStream): readonly SessionRow[] {
  const turns = Math.floor(draws.between(TURNS.low, TURNS.high + 1));
  const drawn = ({ p50, p95 }: { p50: number; p95: number }): number =>
    Math.round(draws.logNormal(p50, p95));
  const rows: SessionRow[] = [];
  while (rows.length < turns) {
    const before = rows.at(-1);
    const thinkMs = before === undefined ? 0 : drawn(PAUSE_MS);
    const opening = SHARED_TOKENS.tools + SHARED_TOKENS.system + drawn(OPENING_TOKENS);
    const inputTokens =
      before === undefined
        ? opening
        : before.inputTokens + before.outputTokens + drawn(ADDED_TOKENS);
    rows.push({
      atMs: before === undefined ? 0 : before.atMs + SERVICE_MS + thinkMs,
      inputTokens,
      outputTokens: Math.max(1, drawn(OUTPUT_TOKENS)),
      prefixRow: rows.length - 1,
      sharedBlocks: before?.promptBlocks ?? 0,
      promptBlocks: Math.floor(inputTokens / BLOCK_TOKENS),
      serviceMs: SERVICE_MS,
      thinkMs,
      agent: 0,
    });
  }
  return rows;
}

/** @returns the demo's surges for one seed, in order; they never overlap. */
export function demoSurges(seed: number): readonly TrafficShape[] {
  const stream = new RandomStream(seed, "demo/surges");
  const draw = ({ low, high }: { low: number; high: number }): number =>
    Math.round(stream.between(low, high));
  const shapes: TrafficShape[] = [];
  for (let atMs: number = FIRST_SURGE_MS; atMs < SURGES_UNTIL_MS; ) {
    shapes.push({
      atMs: millis(atMs),
      factor: stream.between(SURGE_FACTOR.low, SURGE_FACTOR.high),
      rampMs: millis(draw(RAMP_MS)),
      holdMs: millis(draw(HOLD_MS)),
    });
    atMs += draw(BETWEEN_SURGES_MS);
  }
  return shapes;
}
