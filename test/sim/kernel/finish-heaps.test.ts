import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FinishHeaps } from "../../../src/sim/kernel/finish-heaps.ts";

interface Entry {
  readonly finish: number;
  readonly admission: number;
}

const first = (a: Entry, b: Entry): number => a.finish - b.finish || a.admission - b.admission;

/** The replica looked at, and neighbours whose sequences lie before and behind its own. */
const REPLICA = 5;
const NEIGHBOURS = [4, 6];

/** Turns are named by their admission. */
const heapOf = (entries: readonly Entry[]): FinishHeaps => {
  const heaps = new FinishHeaps();
  for (const { finish, admission } of entries) {
    heaps.push(REPLICA, finish, admission, admission);
    for (const other of NEIGHBOURS) heaps.push(other, finish + other, admission, -admission);
  }
  return heaps;
};

const entriesOf = (finishes: readonly number[]): Entry[] =>
  finishes.map((finish, admission) => ({ finish, admission }));

const finishes = fc.array(fc.nat(8), { maxLength: 60 }).map(entriesOf);

function drained(heaps: FinishHeaps, replica = REPLICA): readonly number[] {
  const turns: number[] = [];
  while (heaps.size(replica) > 0) turns.push(heaps.pop(replica));
  return turns;
}

describe("sequences that decode", () => {
  it("finish by iteration, and in one iteration by admission", () => {
    fc.assert(
      fc.property(finishes, (entries) => {
        const expected = entries.toSorted(first);
        expect(heapOf(entries).nextFinish(REPLICA)).toBe(expected[0]?.finish ?? Infinity);
        expect(drained(heapOf(entries))).toEqual(expected.map(({ admission }) => admission));
      }),
    );
  });

  it("leave from any place: always the one admitted last", () => {
    fc.assert(
      fc.property(finishes, fc.nat(10), (entries, leaving) => {
        const heap = heapOf(entries);
        const left = [...entries];
        for (let at = 0; at < leaving && left.length > 0; at++) {
          const place = heap.lastAdmitted(REPLICA);
          const last = left.pop();
          expect([heap.turnAt(REPLICA, place), heap.finishAt(REPLICA, place)]).toEqual([
            last?.admission,
            last?.finish,
          ]);
          heap.removeAt(REPLICA, place);
        }
        expect(drained(heap)).toEqual(left.toSorted(first).map(({ admission }) => admission));
      }),
    );
  });

  it("has nobody admitted last when it is empty", () => {
    expect(new FinishHeaps().lastAdmitted(3)).toBe(-1);
  });

  it("stay apart from those of other replicas, also where room is made for more of either", () => {
    fc.assert(
      fc.property(finishes, (entries) => {
        const heaps = heapOf(entries);
        const expected = entries.toSorted(first).map(({ admission }) => admission);
        heaps.fit(40);
        heaps.push(40, 1, 0, 77);
        expect(drained(heaps, 40)).toEqual([77]);
        for (const replica of [...NEIGHBOURS, REPLICA]) {
          expect(drained(heaps, replica).map(Math.abs)).toEqual(expected);
        }
      }),
    );
  });
});
