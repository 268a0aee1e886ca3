import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FinishHeap } from "../../../src/sim/kernel/finish-heap.ts";

interface Entry {
  readonly finish: number;
  readonly admission: number;
}

const first = (a: Entry, b: Entry): number => a.finish - b.finish || a.admission - b.admission;

/** Turns are named by their admission. */
const heapOf = (entries: readonly Entry[]): FinishHeap => {
  const heap = new FinishHeap();
  for (const { finish, admission } of entries) heap.push(finish, admission, admission);
  return heap;
};

const entriesOf = (finishes: readonly number[]): Entry[] =>
  finishes.map((finish, admission) => ({ finish, admission }));

const finishes = fc.array(fc.nat(8), { maxLength: 60 }).map(entriesOf);

function drained(heap: FinishHeap): readonly number[] {
  const turns: number[] = [];
  while (heap.size > 0) turns.push(heap.pop());
  return turns;
}

describe("sequences that decode", () => {
  it("finish by iteration, and in one iteration by admission", () => {
    fc.assert(
      fc.property(finishes, (entries) => {
        const expected = entries.toSorted(first);
        expect(heapOf(entries).nextFinish()).toBe(expected[0]?.finish ?? Infinity);
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
          const place = heap.lastAdmitted();
          const last = left.pop();
          expect([heap.turnAt(place), heap.finishAt(place)]).toEqual([
            last?.admission,
            last?.finish,
          ]);
          heap.removeAt(place);
        }
        expect(drained(heap)).toEqual(left.toSorted(first).map(({ admission }) => admission));
      }),
    );
  });

  it("has nobody admitted last when it is empty", () => {
    expect(new FinishHeap().lastAdmitted()).toBe(-1);
  });
});
