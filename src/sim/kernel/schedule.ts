import type { FleetState } from "./fleet-state.ts";
import { GENERATION } from "./turn-slots.ts";

/** Kinds of arrivals that are not rows; a row's kind is its number, 0 or more. */
export const SCHEDULE_RETRY = 0;
export const SCHEDULE_TRANSFER = 1;

/** A turn arrives again `delayNs` from now: at the gateway, or at a decode unit. */
export function scheduleTurn(
  state: FleetState,
  delayNs: number,
  turn: number,
  kind: typeof SCHEDULE_RETRY | typeof SCHEDULE_TRANSFER,
): void {
  const code = -1 - (2 * state.turns.words[turn | GENERATION]! + kind);
  state.arrivals.push(state.nowNs + delayNs, state.takeOrder(1), turn, code);
}

/** @returns the generation that a turn had when it was scheduled, from the entry's kind. */
export function scheduledGeneration(code: number): number {
  return Math.floor((-1 - code) / 2);
}

/** @returns SCHEDULE_RETRY or SCHEDULE_TRANSFER. */
export function scheduledKind(code: number): number {
  return (-1 - code) % 2;
}
