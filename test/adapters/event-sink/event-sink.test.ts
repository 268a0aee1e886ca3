import { describe, expect, it } from "vitest";
import { eventSink } from "../../../src/adapters/event-sink/event-sink.ts";
import type { ClusterEvent } from "../../../src/ports/event-sink.ts";
import { kubeBench } from "../../support/kube-bench.ts";

const FLEET = {
  apiVersion: "breakwater.dev/v1alpha1",
  kind: "InferenceFleet",
  namespace: "agents",
  name: "coder",
  uid: "u1",
};
const EVENT: ClusterEvent = {
  about: FLEET,
  type: "Normal",
  action: "Scale",
  reason: { code: "demand-forecast", text: "Forecast demand needs 6 racks." },
};

function bench() {
  const kube = kubeBench();
  const sink = eventSink({ ...kube, clock: kube.timers.clock, identity: "pod-1" });
  return { ...kube, sink, events: () => kube.api.list("Event") };
}

describe("an event", () => {
  it("is written beside the object it is about", async () => {
    const { sink, events } = bench();
    await sink.publish(EVENT);
    expect(events()).toMatchObject([
      {
        metadata: { namespace: "agents", name: expect.stringMatching(/^coder\.[0-9a-f]{16}$/) },
        regarding: FLEET,
        type: "Normal",
        action: "Scale",
        reason: "DemandForecast",
        note: "Forecast demand needs 6 racks.",
        eventTime: "2026-12-01T18:00:00.000000Z",
        reportingController: "breakwater.dev/controller",
        reportingInstance: "pod-1",
      },
    ]);
  });

  it("about a cluster-scoped object is in the default namespace", async () => {
    const { sink, events } = bench();
    await sink.publish({ ...EVENT, about: { ...FLEET, kind: "RackPool", namespace: "" } });
    expect(events()).toMatchObject([{ metadata: { namespace: "default" } }]);
  });

  it("said again within 10 minutes is counted, once a minute at most", async () => {
    const { api, sink, events, timers } = bench();
    for (let tick = 0; tick < 20; tick += 1) {
      await sink.publish(EVENT);
      await timers.advance(15_000);
    }
    expect(events()).toMatchObject([{ series: { count: 17 } }]);
    expect(api.callsTo("PATCH", /events/)).toHaveLength(4);
  });

  it("said again after 10 minutes is a new one", async () => {
    const { sink, events, timers } = bench();
    await sink.publish(EVENT);
    await timers.advance(600_000);
    await sink.publish(EVENT);
    expect(events()).toHaveLength(2);
  });

  it.each([
    ["reason", { reason: { code: "surplus", text: "x" } as const }],
    ["object", { about: { ...FLEET, uid: "u2" } }],
    ["type", { type: "Warning" as const }],
  ])("of another %s is another one", async (_what, change) => {
    const { sink, events } = bench();
    await sink.publish(EVENT);
    await sink.publish({ ...EVENT, ...change });
    expect(events()).toHaveLength(2);
  });

  it("that cannot be written is lost, with a warning and no error", async () => {
    const { api, sink, warnings } = bench();
    api.fail({ path: /events/, fault: { kind: "answer", status: 403 } });
    await sink.publish(EVENT);
    expect(warnings).toEqual([expect.stringMatching(/^event lost .*"name":"coder".*403/)]);
  });

  it("whose first writing failed is written when it is said again", async () => {
    const { api, sink, events } = bench();
    api.fail({ path: /events/, fault: { kind: "answer", status: 403 } });
    await sink.publish(EVENT);
    await sink.publish(EVENT);
    expect(events()).toHaveLength(1);
  });

  it.each(["x", "é", "€"])("never says more than a note may hold, in bytes of %s", async (char) => {
    const { sink, events } = bench();
    await sink.publish({ ...EVENT, reason: { code: "surplus", text: char.repeat(5_000) } });
    const note = String(events()[0]?.["note"]);
    expect(Buffer.byteLength(note)).toBeLessThan(1_024);
    expect(note).toMatch(new RegExp(`^${char}+…$`));
  });
});
