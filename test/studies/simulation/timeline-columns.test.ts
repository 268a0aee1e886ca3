import { describe, expect, it } from "vitest";
import { ColumnStore } from "../../../src/studies/simulation/timeline-columns.ts";

describe("columns of a timeline", () => {
  const store = new ColumnStore();
  store.note(-1, { arrived: 99 });
  store.note(0, { arrived: 2, ttftP95: 3, hitRate: 0.8, racksServing: 4 });
  store.note(0, { arrived: 1, ttftP95: 9, hitRate: 0.6, racksServing: 5 });
  store.note(0, { ttftP95: 1, hitRate: null });
  store.note(3, { arrived: 4, racksServing: 2 });

  it("keep peaks of latency, troughs of the hit rate, sums of turns, the newest state", () => {
    expect(store.finished(4, 1)).toMatchObject({
      arrived: [3, null, null, 4],
      ttftP95: [9, null, null, null],
      hitRate: [0.6, null, null, null],
      racksServing: [5, null, null, 2],
      met: [null, null, null, null],
    });
  });

  it("do so too when steps are put together", () => {
    expect(store.finished(2, 2)).toMatchObject({
      arrived: [3, 4],
      ttftP95: [9, null],
      racksServing: [5, 2],
    });
  });
});
