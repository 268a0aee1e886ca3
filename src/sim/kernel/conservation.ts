import type { FleetState } from "./fleet-state.ts";
import {
  CONTEXT,
  DECODERS,
  ENDING_FIRST,
  GONE,
  ITERATION,
  PREFILL,
  PREFIXLESS,
  QUEUE_FIRST,
  QUEUE_LENGTH,
  REPLICA_SHIFT,
  RUNNERS,
} from "./replicas.ts";
import { LIVE } from "./session-slots.ts";
import {
  BLOCKS,
  FLAGS,
  GENERATED,
  IN_RESULTS,
  INPUT,
  NEXT,
  OUTPUT,
  SESSION,
} from "./turn-slots.ts";

/** Recounts turns, sequences and tokens from scratch. @throws on any difference (INV-1) */
export function checkConservation(state: FleetState): void {
  checkTurns(state);
  for (let replica = 0; replica < state.replicas.count; replica++) {
    if (state.replicas.status(replica) !== GONE) checkReplica(state, replica);
  }
  state.caches.checkConserved();
}

function checkTurns({ turns, sessions, outcomes }: FleetState): void {
  const live = new Map<number, number>();
  let inResults = 0;
  turns.forEach((turn) => {
    const session = turns.words[turn + SESSION]!;
    live.set(session, (live.get(session) ?? 0) + 1);
    if ((turns.words[turn + FLAGS]! & IN_RESULTS) !== 0) inResults++;
  });
  const counts = outcomes.counts();
  const ended = counts.completed + counts.rejected + counts.abandoned;
  same("turns in flight", counts.inFlight, inResults);
  same("turns that arrived", counts.arrived, ended + inResults);
  sessions.forEach((session) => {
    same(`turns of session ${session}`, sessions.words[session + LIVE]!, live.get(session) ?? 0);
    live.delete(session);
  });
  same("turns without a session", 0, live.size);
}

function checkReplica(state: FleetState, replica: number): void {
  const { replicas, turns, caches, blockTokens } = state;
  const { words } = replicas;
  const at = replica << REPLICA_SHIFT;
  const { finishes } = replicas;
  const decoding = finishes.size(replica);
  const prefixless = words[at + PREFIXLESS] === 1;
  const blocksOf = (turn: number) => (prefixless ? 0 : turns.words[turn + BLOCKS]!);
  let held = words[at + DECODERS]! > 0 && state.timers.runs(replica) ? words[at + DECODERS]! : 0;
  let context = 0;
  for (let place = 0; place < decoding; place++) {
    const turn = finishes.turnAt(replica, place);
    const left = finishes.finishAt(replica, place) - (words[at + ITERATION]! - 1);
    const tokens = turns.words[turn + INPUT]! + turns.words[turn + OUTPUT]! - left;
    context += tokens;
    held += tokens - 1 - blocksOf(turn) * blockTokens;
  }
  const prefills = listed(state, words[at + ENDING_FIRST]!);
  if (words[at + PREFILL]! >= 0) prefills.push(words[at + PREFILL]!);
  for (const turn of prefills) {
    const tokens = turns.words[turn + INPUT]! + turns.words[turn + GENERATED]!;
    held += tokens - blocksOf(turn) * blockTokens;
  }
  const name = `replica ${replica}:`;
  same(`${name} decoding`, words[at + DECODERS]!, decoding);
  same(`${name} running`, words[at + RUNNERS]!, decoding + prefills.length);
  same(`${name} context`, words[at + CONTEXT]!, context);
  same(`${name} private tokens`, caches.privateTokens(replica), held);
  same(`${name} queued`, words[at + QUEUE_LENGTH]!, listed(state, words[at + QUEUE_FIRST]!).length);
}

function listed({ turns }: FleetState, first: number): number[] {
  const list: number[] = [];
  for (let turn = first; turn >= 0; turn = turns.words[turn + NEXT]!) list.push(turn);
  return list;
}

function same(what: string, counted: number, found: number): void {
  if (counted !== found) throw new Error(`INV-1: ${what}: counted ${counted}, found ${found}`);
}
