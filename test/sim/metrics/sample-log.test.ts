import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SampleLog, STALE } from "../../../src/sim/metrics/sample-log.ts";

const SHIFT = 5;
const CHUNK_ROWS = 1 << SHIFT;

describe("a sample log", () => {
  it("gives back what was written, NaN for all else, whatever is left out or dropped", () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.nat(3_000), (steps, drop) => {
        const log = new SampleLog(2, SHIFT);
        const written = new Map<number, number>();
        let row = 500;
        let keptFrom = 0;
        const dropBefore = (first: number) => {
          keptFrom = Math.max(keptFrom, first);
          log.dropBefore(first);
        };
        for (const step of steps) {
          row += step;
          log.open(row);
          log.cells[log.offset + 1] = row * 10;
          written.set(row, row * 10);
          if (row % 7 === 0) dropBefore(row - drop);
        }
        dropBefore(drop);
        for (let each = Math.max(480, keptFrom); each < row + 100; each += 1) {
          expect(log.value(each, 1)).toBe(written.get(each) ?? Number.NaN);
          expect(log.value(each, 0)).toBeNaN();
        }
        expect(log.endRow).toBe(row + 1);
      }),
    );
  });

  it("drops whole chunks only, and uses them again", () => {
    const log = new SampleLog(1, SHIFT);
    for (let row = 0; row < 2 * CHUNK_ROWS; row += 1) {
      log.open(row);
      log.cells[log.offset] = row;
    }
    log.dropBefore(CHUNK_ROWS - 1);
    expect(log.value(0, 0)).toBe(0);
    log.dropBefore(CHUNK_ROWS);
    expect(log.value(0, 0)).toBeNaN();
    log.open(2 * CHUNK_ROWS);
    expect(log.value(2 * CHUNK_ROWS, 0)).toBeNaN();
    expect(log.value(2 * CHUNK_ROWS - 1, 0)).toBe(2 * CHUNK_ROWS - 1);
    log.dropBefore(3 * CHUNK_ROWS);
    expect(log.isEmpty()).toBe(true);
  });

  it("tells a stale marker from a sample and from nothing", () => {
    const log = new SampleLog(2, SHIFT);
    log.markStale(3);
    expect([log.value(3, 0), log.value(3, 1), log.value(2, 0)]).toEqual([STALE, STALE, Number.NaN]);
    expect([log.value(3, 0) > STALE, log.value(2, 0) > STALE, 0 > STALE]).toEqual([
      false,
      false,
      true,
    ]);
  });
});
