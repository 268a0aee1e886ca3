import { describe, expect, it } from "vitest";
import { reason } from "../../../src/core/reasons.ts";
import type { ClusterEvent } from "../../../src/ports/event-sink.ts";
import { simulatedEventSink } from "../../../src/sim/ports/event-sink.ts";

const event = (uid: string): ClusterEvent => ({
  about: { apiVersion: "v1", kind: "RackPool", namespace: "", name: "a", uid },
  type: "Normal",
  action: "Scale",
  reason: reason("burst"),
});

describe("the sink of events", () => {
  it("keeps the newest thousand, oldest first", async () => {
    const sink = simulatedEventSink();
    for (let index = 0; index < 1_002; index += 1) await sink.publish(event(String(index)));
    const kept = sink.events().map(({ about }) => about.uid);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([1_000, "2", "1001"]);
  });
});
