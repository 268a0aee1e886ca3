import type { FleetState } from "./fleet-state.ts";
import { ENDING_FIRST, PREFILL, QUEUE_FIRST, REPLICA_SHIFT } from "./replicas.ts";
import type { TryRing } from "./try-ring.ts";
import { NEXT, REPLICA, ROUTE_ORDER, STATE, UNDERWAY } from "./turn-slots.ts";

/** @returns the turns that a replica has, running, queued or underway, in the order of routing. */
export function lostTurns(state: FleetState, underway: TryRing, replica: number): number[] {
  const { turns, replicas } = state;
  const at = replica << REPLICA_SHIFT;
  const lost: number[] = [];
  const { finishes } = replicas;
  const decoding = finishes.size(replica);
  for (let place = 0; place < decoding; place++) lost.push(finishes.turnAt(replica, place));
  if (replicas.words[at + PREFILL]! >= 0) lost.push(replicas.words[at + PREFILL]!);
  for (const list of [ENDING_FIRST, QUEUE_FIRST]) {
    let turn = replicas.words[at + list]!;
    for (; turn >= 0; turn = turns.words[turn + NEXT]!) lost.push(turn);
  }
  underway.forEach((turn, generation, tries) => {
    const here = turns.words[turn + STATE] === UNDERWAY && turns.words[turn + REPLICA] === replica;
    if (here && turns.isTry(turn, generation, tries)) lost.push(turn);
  });
  return lost.sort((a, b) => turns.wide[a + ROUTE_ORDER]! - turns.wide[b + ROUTE_ORDER]!);
}
