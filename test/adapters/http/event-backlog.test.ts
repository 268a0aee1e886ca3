import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventBacklog } from "../../../src/adapters/http/event-backlog.ts";

describe("the backlog of the stream", () => {
  const event = (text: string) => ({ schemaVersion: 1, kind: "forgotten", group: text }) as const;

  it("never skips or repeats a message for a reader it can resume", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2_500 }), fc.nat({ max: 2_500 }), (total, read) => {
        const backlog = new EventBacklog("run");
        for (let count = 0; count < total; count += 1) backlog.append(event("x"));
        const missed = backlog.since(`run-${read}`);
        const resumable = read <= total && total - read <= 1_000;
        const expected = Array.from({ length: total - read }, (_, i) => `run-${read + i + 1}`);
        expect(missed?.map(({ id }) => id) ?? null).toEqual(resumable ? expected : null);
      }),
      { numRuns: 30 },
    );
  });

  it("holds no more than 4 million characters", () => {
    const backlog = new EventBacklog("run");
    for (let count = 0; count < 10; count += 1) backlog.append(event("x".repeat(1_000_000)));
    expect(backlog.since("run-7")).toHaveLength(3);
    expect(backlog.since("run-6")).toBeNull();
  });
});
