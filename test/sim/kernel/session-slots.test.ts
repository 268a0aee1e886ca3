import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CHAIN_BASE,
  COUNTDOWNS,
  LIVE,
  numberOfSession,
  RUNNING,
  SessionSlots,
  START_NS,
  STATUS,
} from "../../../src/sim/kernel/session-slots.ts";

describe("slots of sessions", () => {
  it("are used again, as good as new", () => {
    const slots = new SessionSlots();
    const session = slots.take();
    slots.words[session + LIVE] = 3;
    slots.give(session);
    expect(slots.take()).toBe(session);
    const words = [LIVE, STATUS, CHAIN_BASE, COUNTDOWNS].map((word) => slots.words[session + word]);
    expect(words).toEqual([0, RUNNING, -1, -1]);
  });

  it("have small numbers, and wide words of their own", () => {
    const slots = new SessionSlots();
    const sessions = Array.from({ length: 600 }, () => slots.take());
    for (const session of sessions) slots.wide[slots.wideOf(session) + START_NS] = session;
    expect(sessions.map(numberOfSession)).toEqual(sessions.map((_, at) => at));
    expect(sessions.map((session) => slots.wide[slots.wideOf(session) + START_NS])).toEqual(
      sessions,
    );
  });

  it("that are in use are all visited", () => {
    const slots = new SessionSlots();
    const [a, b, c] = [slots.take(), slots.take(), slots.take()];
    slots.give(b);
    const seen: number[] = [];
    slots.forEach((session) => seen.push(session));
    expect(seen).toEqual([a, c]);
  });

  it("have countdowns that no other session has", () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()));
    fc.assert(
      fc.property(sizes, (wanted) => {
        const slots = new SessionSlots();
        const owner = new Map<number, number>();
        for (const [at, [count, keep]] of wanted.entries()) {
          const place = slots.takeCountdowns(count);
          for (let word = place; word < place + count; word++) {
            expect(owner.has(word)).toBe(false);
            if (keep) owner.set(word, at);
          }
          if (!keep) slots.giveCountdowns(place, count);
        }
        expect(slots.countdowns.length).toBeGreaterThanOrEqual(owner.size);
      }),
    );
  });
});
