import { describe, expect, it } from "vitest";
import type { RackPhase } from "../../../src/core/decision.ts";
import type { RackSeen } from "../../../src/core/memory.ts";
import type { RackObservation } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { poolTimes } from "../../../src/core/racks/lead-time.ts";
import { awaitedRacks, stuckStep } from "../../../src/core/racks/stuck.ts";
import { MINUTE_MS, after, gpuCount, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { NOW, aNode, aPoolObservation, aRack } from "../../support/builders/observed.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const spread = (p50: number, p95: number) => ({
  p50Ms: millis(p50 * MINUTE_MS),
  p95Ms: millis(p95 * MINUTE_MS),
});
/** Without spread p99 is p50: grant 1 min, boot 30, join 5, repair 60. */
const POOL = aPool("gb200-east", {
  leadTimePrior: {
    grant: spread(1, 1),
    boot: spread(30, 30),
    join: spread(5, 5),
    repair: spread(60, 60),
  },
});
const FLEET = aSmallFleet({
  pools: [{ name: POOL.name, preference: 1, engineStartPrior: spread(10, 10) }],
});
const TIMES = poolTimes(POOL, [FLEET], undefined);
const view = { now: NOW, known: { pool: POOL, times: TIMES } };
const ago = (minutes: number) => after(NOW, millis(-minutes * MINUTE_MS));
const since = (minutes: number, more: Partial<RackSeen> = {}): RackSeen => ({
  firstAt: ago(minutes),
  servingAt: null,
  since: ago(minutes),
  ...more,
});

const stuck = (rack: RackObservation, phase: RackPhase, seen: RackSeen) =>
  stuckStep(rack, rackOf(rack.id, phase), seen, view);

const few = aRack("r", { nodes: 9, pods: 0, node: { createdAt: ago(40) } });
const all = aRack("r", { pods: 0, node: { createdAt: ago(6) } });
const lame: RackObservation = {
  ...all,
  nodes: all.nodes.map((node, n) => ({
    ...node,
    ready: n > 5,
    gpusAllocatable: gpuCount(n === 7 ? 0 : 4),
    ...(n === 8 ? { fencedBy: "maintenance" } : {}),
  })),
};
const unstarted = aRack("r", { pods: 2, pod: { ready: false } });

describe("a rack is stuck past p99 of its step", () => {
  it.each([
    [
      "boot: too few nodes have registered since it was granted",
      [few, "Joining", since(20, { order: { at: ago(99), watched: true, grantedAt: ago(31) } })],
      { step: "boot", waitedMs: 31 * MINUTE_MS, p99Ms: 30 * MINUTE_MS },
      "9 of 18 nodes have registered, 16 make a rack; the others do not exist yet",
    ],
    [
      "boot and grant together, where the grant does not show",
      [few, "Joining", since(20, { order: { at: ago(32), watched: true } })],
      { step: "boot", waitedMs: 32 * MINUTE_MS, p99Ms: 31 * MINUTE_MS },
      "9 of 18 nodes have registered, 16 make a rack; the others do not exist yet",
    ],
    [
      "join: nodes that registered are not usable",
      [lame, "Joining", since(6)],
      { step: "join", waitedMs: 6 * MINUTE_MS, p99Ms: 5 * MINUTE_MS },
      "not Ready: r-n0, r-n1, r-n2, r-n3 and 2 more; fenced: r-n8; lack GPUs: r-n7",
    ],
    [
      "start: pods are not ready",
      [unstarted, "Starting", since(11)],
      { step: "start", waitedMs: 11 * MINUTE_MS, p99Ms: 10 * MINUTE_MS, nodes: ["r-n0", "r-n1"] },
      "pods not ready: agents/r-p0, agents/r-p1",
    ],
    [
      "repair: too few nodes are usable, and some are not there",
      [
        { ...few, nodes: few.nodes.map((node, n) => ({ ...node, ready: n > 0 })) },
        "Repairing",
        since(61),
      ],
      { step: "repair", waitedMs: 61 * MINUTE_MS, p99Ms: 60 * MINUTE_MS, nodes: ["r-n0"] },
      "not Ready: r-n0; 9 nodes are missing",
    ],
  ] as const)("%s", (_, [rack, phase, seen], expected, text) => {
    expect(stuck(rack, phase, seen)).toMatchObject({ ...expected, text });
  });

  it("join of nodes that never got a label, since the last of them registered", () => {
    const nodes = [aNode("old", { createdAt: ago(20) }), aNode("new", { createdAt: ago(6) })];
    expect(stuck({ id: UNLABELLED, nodes, pods: [] }, "Joining", since(1))).toMatchObject({
      step: "join",
      waitedMs: 6 * MINUTE_MS,
      nodes: ["old", "new"],
      text: "no label nvidia.com/gpu.clique: old, new",
    });
    const younger = [...nodes, aNode("newest", { createdAt: ago(5) })];
    expect(
      stuck({ id: UNLABELLED, nodes: younger, pods: [] }, "Joining", since(1)),
    ).toBeUndefined();
  });

  it.each([
    ["joins in time", lame, "Joining", since(5)],
    ["lost its quorum a moment ago", lame, "Joining", since(1)],
    ["boots in time", few, "Joining", since(30, { order: { at: ago(31), watched: true } })],
    ["starts in time", unstarted, "Starting", since(10)],
    ["is repaired in time", few, "Repairing", since(60)],
    ["serves", aRack("r"), "Serving", since(9_999)],
    ["is idle", all, "Idle", since(9_999)],
  ] as const)("but not one that %s", (_, rack, phase, seen) => {
    expect(stuck(rack, phase, seen)).toBeUndefined();
  });
});

describe("a rack asked for", () => {
  const known = aPoolObservation(5).count;
  if (known === null) throw new Error("the count is known");
  const order = (minutes: number, granted?: number) => ({
    at: ago(minutes),
    watched: true,
    ...(granted === undefined ? {} : { grantedAt: ago(granted) }),
  });

  it.each([
    ["Provisioning, once granted", order(9, 5), { granted: rackCount(5) }, ["Provisioning", 5]],
    ["Requested before that", order(9), { granted: rackCount(4) }, ["Requested", 9]],
    [
      "Requested while there is no stock",
      order(9),
      { stock: "stockout" as const },
      ["Requested", 9],
    ],
    ["Provisioning where nobody says", order(9), {}, ["Provisioning", 9]],
  ] as const)("is %s", (_, asked, count, [phase, minutes]) => {
    const [awaited] = awaitedRacks([asked], { ...known, ...count }, view);
    expect(awaited).toMatchObject({ phase, waitedMs: minutes * MINUTE_MS });
  });

  it.each([
    ["boot", order(99, 31), {}, "no node yet"],
    ["boot", order(32), {}, "no node yet"],
    ["grant", order(2), { stock: "quota" as const }, "granted to nobody yet, stock: quota"],
  ])("is stuck in %s", (step, asked, count, text) => {
    const [awaited] = awaitedRacks([asked], { ...known, ...count }, view);
    expect(awaited?.stuck).toMatchObject({ step, text, nodes: [] });
  });

  it.each([order(99, 30), order(31)])("is in time", (asked) => {
    expect(awaitedRacks([asked], known, view)[0]).not.toHaveProperty("stuck");
  });
});
