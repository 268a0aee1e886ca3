import { describe, expect, it } from "vitest";
import { announce } from "../../src/controller/announce.ts";
import type { Announcement } from "../../src/controller/announce.ts";
import type { Decision } from "../../src/core/decision.ts";
import { EMPTY_MEMORY } from "../../src/core/memory.ts";
import { reason } from "../../src/core/reasons.ts";
import type { ActionResult } from "../../src/ports/telemetry.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { CODER, NOW, anIntent } from "../support/builders/observed.ts";
import { ModelCluster } from "../support/model/cluster.ts";
import { fleetDecided, poolDecided } from "../support/reports/report.ts";

const writer = aSmallFleet({ key: "agents/writer", name: "writer", uid: "uid-of-writer" });
const group = { ...aSmallGroup(), fleets: [...aSmallGroup().fleets, writer] };

interface Told {
  readonly decision?: Partial<Decision>;
  readonly actions?: readonly ActionResult[];
  readonly before?: Announcement["before"];
  readonly mayWrite?: boolean;
}

async function told({ decision, actions = [], before = {}, mayWrite = true }: Told) {
  const cluster = new ModelCluster(group);
  cluster.mayWrite = mayWrite;
  const decided = {
    memory: EMPTY_MEMORY,
    decision: {
      at: NOW,
      group: "gb200-east",
      fleets: [fleetDecided()],
      pools: [poolDecided()],
      progress: [],
      plan: [],
      ...decision,
    },
  };
  const said = await announce(cluster.ports(), group, { decided, actions, before });
  const events = cluster.events.map(({ about, type, action, reason: { code } }) =>
    [about.kind, about.name, type, action, code].join(" "),
  );
  return { said, events, cluster };
}

describe("a question", () => {
  const asking = (requiredApprovals: number) => {
    const intent = { ...anIntent(), requiredApprovals, phase: "Pending" as const };
    return { plan: [{ kind: "OpenIntent" as const, intent, reason: intent.reason }] };
  };

  it("is said with whom it waits for, until when, and how to answer", async () => {
    const { cluster } = await told({ decision: asking(2) });
    const event = cluster.events.find(({ action }) => action === "Ask");
    expect(event).toMatchObject({ about: { name: "coder" }, decision: "gb200-east-out-1" });
    expect(event?.reason.text).toMatch(
      /2 needed; unanswered, it is dropped at 20.* approve gb200-east-out-1 -n agents/,
    );
  });

  it("is none where nobody is asked", async () => {
    const { events } = await told({ decision: asking(0) });
    expect(events.filter((text) => text.includes(" Ask "))).toEqual([]);
  });
});

describe("a broken glass", () => {
  const grown = {
    fleets: [fleetDecided({ reasons: [reason("demand-forecast"), reason("break-glass")] })],
  };

  it("is said as a warning beside what was decided, and once", async () => {
    const { events, said } = await told({ decision: grown });
    expect(events).toContain("InferenceFleet coder Warning Override break-glass");
    const again = await told({ decision: grown, before: said });
    expect(again.events).toEqual([]);
  });
});

const holding = (code: Parameters<typeof reason>[0], detail = "") => ({
  fleets: [fleetDecided({ reasons: [reason(code, detail)] })],
});
const result = (changes: Partial<ActionResult>): ActionResult => ({
  kind: "SetCount",
  intent: "gb200-east-out-1",
  outcome: "failed",
  detail: "timeout: no answer",
  ...changes,
});
const progressOf = (state: "Acting" | "Waiting" | "Done", fleet: typeof CODER = CODER) => ({
  progress: [
    {
      intent: "gb200-east-out-1",
      fleet,
      pool: "gb200-east",
      state,
      reason: reason("count-written"),
    },
  ],
});

describe("events are said when something changes", () => {
  it("of a fleet: its first reason", async () => {
    const { events } = await told({});
    expect(events).toEqual(["InferenceFleet coder Normal Hold steady"]);
  });

  it("not again while the reason is the same, whatever its numbers", async () => {
    const { said } = await told({ decision: holding("stabilization", "1 of 120 minutes.") });
    const later = { decision: holding("stabilization", "2 of 120 minutes."), before: said };
    const { events, said: still } = await told(later);
    expect(events).toEqual([]);
    expect(still).toEqual(said);
  });

  it("again when it comes back", async () => {
    const first = await told({ decision: holding("rollout") });
    const between = await told({ before: first.said });
    const { events } = await told({ decision: holding("rollout"), before: between.said });
    expect(events).toEqual(["InferenceFleet coder Normal Hold rollout"]);
  });

  it("as a warning where a person should look", async () => {
    const { events } = await told({ decision: holding("signals-untrusted") });
    expect(events).toEqual(["InferenceFleet coder Warning Hold signals-untrusted"]);
  });

  it("of a pool, cluster-wide", async () => {
    const { events, cluster } = await told({
      decision: { fleets: [], pools: [poolDecided([], { holds: [reason("foreign-write")] })] },
    });
    expect(events).toEqual(["RackPool gb200-east Warning Hold foreign-write"]);
    expect(cluster.events[0]?.about.namespace).toBe("");
  });

  it.each([
    ["Acting", 1],
    ["Done", 1],
    ["Waiting", 0],
  ] as const)("of a decision that is %s: %i", async (state, count) => {
    const { events } = await told({ decision: { fleets: [], ...progressOf(state) } });
    expect(events).toHaveLength(count);
  });

  it("of an object that still exists", async () => {
    const decision = {
      fleets: [fleetDecided({ fleet: "agents/gone" })],
      pools: [poolDecided([], { pool: "gone", holds: [reason("foreign-write")] })],
    };
    expect((await told({ decision })).events).toEqual([]);
  });
});

describe("events of actions that were not carried out", () => {
  it.each([
    ["a failed write", { outcome: "failed" }, "action-failed"],
    ["a count that is somebody else's", { outcome: "conflict" }, "count-conflict"],
    [
      "a decision that somebody else wrote",
      { kind: "SetPhase", outcome: "conflict" },
      "action-failed",
    ],
    ["an eviction that a budget refused", { kind: "Evict", outcome: "blocked" }, "drain-blocked"],
  ] as const)("%s", async (_, changes, code) => {
    const decision = { fleets: [], ...progressOf("Waiting", "agents/writer") };
    const { events, cluster } = await told({ decision, actions: [result(changes)] });
    expect(events).toEqual([`InferenceFleet writer Warning Carry ${code}`]);
    expect(cluster.events[0]?.reason.text).toContain("timeout: no answer");
  });

  it.each(["applied", "unchanged", "fenced"] as const)("not when it was %s", async (outcome) => {
    const decision = { fleets: [], ...progressOf("Waiting") };
    expect((await told({ decision, actions: [result({ outcome })] })).events).toEqual([]);
  });

  it("about the fleet of a decision that could not even be opened", async () => {
    const intent = anIntent({ fleet: "agents/writer" });
    const open = { kind: "OpenIntent", intent, reason: reason("burst") } as const;
    const actions = [result({ kind: "OpenIntent" })];
    const { events } = await told({ decision: { fleets: [], plan: [open] }, actions });
    expect(events).toEqual(["InferenceFleet writer Warning Carry action-failed"]);
  });
});

describe("past the lease deadline (INV-13)", () => {
  it("nothing is said, and it is said later", async () => {
    const { events, said } = await told({ mayWrite: false });
    expect(events).toEqual([]);
    expect((await told({ before: said })).events).toHaveLength(1);
  });

  it("what was said stays said", async () => {
    const { said } = await told({});
    const fenced = await told({ mayWrite: false, before: said, decision: holding("rollout") });
    expect(fenced.said).toEqual(said);
  });
});
