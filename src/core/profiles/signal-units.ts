/** Units in which an override's query may answer, and the way to a signal's own unit. */
import { SIGNAL_UNITS } from "../signals/names.ts";
import type { SignalName } from "../signals/names.ts";

type Unit = (typeof SIGNAL_UNITS)[SignalName];

/** Multiply a value in the inner unit to get the outer. */
const FACTORS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  "turns/s": { "turns/s": 1, "turns/min": 1 / 60 },
  "tokens/s": { "tokens/s": 1, "tokens/min": 1 / 60 },
  turns: { turns: 1 },
  tokens: { tokens: 1 },
  ratio: { ratio: 1, percent: 0.01 },
  "1/s": { "1/s": 1, "1/min": 1 / 60 },
  s: { s: 1, ms: 0.001 },
};

/** @returns what to multiply an override's value by; null when the unit is none of the signal's. */
export function unitFactor(signal: SignalName, unit: string): number | null {
  const factors = FACTORS[SIGNAL_UNITS[signal]];
  return Object.hasOwn(factors, unit) ? (factors[unit] ?? null) : null;
}

export const acceptedUnits = (signal: SignalName): readonly string[] =>
  Object.keys(FACTORS[SIGNAL_UNITS[signal]]);
