import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventQueue, PRIORITY, onWholeMillis } from "../../src/sim/event-queue.ts";

describe("the event queue", () => {
  it("orders by time, then priority, then order of scheduling", () => {
    const queue = new EventQueue(0);
    const seen: string[] = [];
    const note = (text: string) => () => {
      seen.push(text);
    };
    queue.schedule(2, PRIORITY.supply, note("later"));
    queue.schedule(1, PRIORITY.scrape, note("scrape"));
    queue.schedule(1, PRIORITY.arrive, note("first arrival"));
    queue.schedule(1, PRIORITY.arrive, note("second arrival"));
    queue.schedule(1, PRIORITY.supply, note("supply"));
    queue.runUntil(1);
    expect(seen).toEqual(["supply", "first arrival", "second arrival", "scrape"]);
    expect(queue.now()).toBe(1);
  });

  it("applies what an event schedules for the same instant", () => {
    const queue = new EventQueue(0);
    let applied = false;
    queue.schedule(1, PRIORITY.finish, (at) => {
      queue.schedule(at, PRIORITY.supply, () => {
        applied = true;
      });
    });
    queue.runUntil(1);
    expect(applied).toBe(true);
  });

  it("always applies events in order of time, at their time", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000)), (instants) => {
        const queue = new EventQueue(0);
        const seen: number[] = [];
        for (const at of instants) {
          queue.schedule(at, PRIORITY.finish, (now) => {
            expect(queue.now()).toBe(now);
            seen.push(now);
          });
        }
        queue.runUntil(1_000);
        expect(seen).toEqual(instants.toSorted((a, b) => a - b));
      }),
    );
  });

  it("refuses to go back in time (INV-3)", () => {
    const queue = new EventQueue(10);
    expect(() => queue.runUntil(9)).toThrow(/INV-3/);
    expect(() => queue.schedule(9, PRIORITY.finish, () => {})).toThrow(/INV-3/);
    expect(() => queue.schedule(Number.NaN, PRIORITY.finish, () => {})).toThrow(/INV-3/);
  });

  it("tells what comes next, and goes there event by event", () => {
    const queue = new EventQueue(0);
    expect(queue.nextAt()).toBe(Number.POSITIVE_INFINITY);
    queue.schedule(5, PRIORITY.scrape, () => {});
    queue.schedule(3, PRIORITY.people, () => {});
    expect(queue.nextAt()).toBe(3);
    queue.applyNext();
    expect([queue.now(), queue.nextAt()]).toEqual([3, 5]);
    queue.standAt(4);
    expect(queue.now()).toBe(4);
    expect(() => queue.standAt(3)).toThrow(/INV-3/);
  });
});

describe("the world's time", () => {
  it("is in whole milliseconds: fractions are rounded up", () => {
    const queue = new EventQueue(10);
    const timeline = onWholeMillis(queue);
    const seen: number[] = [];
    for (const at of [11.2, 10.000_1, 12]) {
      timeline.schedule(at, PRIORITY.supply, (now) => void seen.push(now));
    }
    queue.runUntil(20);
    expect(seen).toEqual([11, 12, 12]);
    expect(timeline.now()).toBe(20);
  });
});
