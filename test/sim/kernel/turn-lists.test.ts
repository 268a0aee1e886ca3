import { describe, expect, it } from "vitest";
import { QUEUE_FIRST, QUEUE_LAST, REPLICA_SHIFT } from "../../../src/sim/kernel/replicas.ts";
import { TurnLists } from "../../../src/sim/kernel/turn-lists.ts";
import { NEXT, PREVIOUS } from "../../../src/sim/kernel/turn-slots.ts";
import { loneTurns, smallParts } from "../../support/small-fleet.ts";

/** The queue of replica 1, read from its front and from its back. */
function queue() {
  const { state } = smallParts(loneTurns([]));
  const { turns, replicas } = state;
  for (const role of ["Aggregated", "Aggregated"] as const) replicas.add(role);
  const walk = (end: number, link: number): readonly number[] => {
    const seen: number[] = [];
    let turn = replicas.words[(1 << REPLICA_SHIFT) + end] ?? -1;
    for (; turn >= 0; turn = turns.words[turn + link] ?? -1) seen.push(turn);
    return seen;
  };
  return {
    lists: new TurnLists(turns, replicas),
    turns: Array.from({ length: 4 }, () => turns.take()),
    read: () => [walk(QUEUE_FIRST, NEXT), walk(QUEUE_LAST, PREVIOUS)],
  };
}

describe("a list of turns", () => {
  it.each([
    ["first", 0, [1, 2, 3]],
    ["in the middle", 2, [0, 1, 3]],
    ["last", 3, [0, 1, 2]],
  ])("loses the one that is %s", (_, leaving, left) => {
    const { lists, turns, read } = queue();
    for (const turn of turns) lists.append(1, QUEUE_FIRST, turn);
    lists.remove(1, QUEUE_FIRST, turns[leaving] ?? -1);
    const expected = left.map((at) => turns[at]);
    expect(read()).toEqual([expected, expected.toReversed()]);
  });

  it("takes a turn in front of all, empty or not, and can be emptied", () => {
    const { lists, turns, read } = queue();
    const [a = -1, b = -1] = turns;
    lists.prepend(1, QUEUE_FIRST, a);
    lists.prepend(1, QUEUE_FIRST, b);
    expect(read()).toEqual([
      [b, a],
      [a, b],
    ]);
    for (const turn of [b, a]) lists.remove(1, QUEUE_FIRST, turn);
    expect(read()).toEqual([[], []]);
  });
});
