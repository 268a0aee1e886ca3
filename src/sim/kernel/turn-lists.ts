import { REPLICA_SHIFT } from "./replicas.ts";
import type { Replicas } from "./replicas.ts";
import { NEXT, PREVIOUS } from "./turn-slots.ts";
import type { TurnSlots } from "./turn-slots.ts";

/** Lists of turns that replicas have: `first` and the word behind it hold their ends. */
export class TurnLists {
  private readonly turns: TurnSlots;
  private readonly replicas: Replicas;

  constructor(turns: TurnSlots, replicas: Replicas) {
    this.turns = turns;
    this.replicas = replicas;
  }

  append(replica: number, first: number, turn: number): void {
    const ends = (replica << REPLICA_SHIFT) + first;
    const { words } = this.replicas;
    const last = words[ends + 1]!;
    this.turns.words[turn | NEXT] = -1;
    this.turns.words[turn | PREVIOUS] = last;
    if (last < 0) words[ends] = turn;
    else this.turns.words[last | NEXT] = turn;
    words[ends + 1] = turn;
  }

  prepend(replica: number, first: number, turn: number): void {
    const ends = (replica << REPLICA_SHIFT) + first;
    const { words } = this.replicas;
    const head = words[ends]!;
    this.turns.words[turn | NEXT] = head;
    this.turns.words[turn | PREVIOUS] = -1;
    if (head < 0) words[ends + 1] = turn;
    else this.turns.words[head + PREVIOUS] = turn;
    words[ends] = turn;
  }

  remove(replica: number, first: number, turn: number): void {
    const ends = (replica << REPLICA_SHIFT) + first;
    const { words } = this.replicas;
    const next = this.turns.words[turn | NEXT]!;
    const previous = this.turns.words[turn | PREVIOUS]!;
    if (next < 0) words[ends + 1] = previous;
    else this.turns.words[next | PREVIOUS] = previous;
    if (previous < 0) words[ends] = next;
    else this.turns.words[previous | NEXT] = next;
  }
}
