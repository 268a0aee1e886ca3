import { describe, expect, it } from "vitest";
import type { PoolMemory } from "../../../src/core/memory.ts";
import type { PoolObservation, RackObservation } from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import { poolState } from "../../../src/core/racks/pool-state.ts";
import { learnProgress } from "../../../src/core/racks/progress.ts";
import { MINUTE_MS, after, gpuCount, millis, rackCount } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { CODER, NOW, aPoolObservation, aRack } from "../../support/builders/observed.ts";
import { aPoolMemory } from "../../support/builders/remembered.ts";
import { aPool } from "../../support/reports/compiled.ts";
import { rackOf } from "../../support/reports/report.ts";

const POOL = aPool();
const at = (minute: number) => after(NOW, millis(minute * MINUTE_MS));
const OLD = { pods: 0, node: { createdAt: at(-900) } };

/** What a minute shows: the racks that there are, racks asked for, and racks granted. */
interface Minute {
  readonly racks: readonly RackObservation[];
  readonly desired: number;
  readonly granted?: number;
}

function observed({ racks, desired, granted }: Minute): PoolObservation {
  const { count } = aPoolObservation(1);
  if (count === null) throw new Error("the count is known");
  const shown = granted === undefined ? {} : { granted: rackCount(granted) };
  return aPoolObservation(1, {
    racks,
    count: { ...count, desired: rackCount(desired), ...shown },
  });
}

/** Lets minutes pass one after the other; memory is carried on. */
function watch(minutes: readonly Minute[], memory: PoolMemory = aPoolMemory(1)) {
  const states: ReturnType<typeof poolState>[] = [];
  for (const [minute, seen] of minutes.entries()) {
    const before = states.at(-1)?.memory ?? memory;
    states.push(
      poolState({
        pool: POOL,
        observed: observed(seen),
        fleets: [aSmallFleet()],
        intents: [],
        memory: before,
        now: at(minute),
      }),
    );
  }
  return states;
}

const standing = aRack("old", OLD);
const rack = (options: {
  nodes?: number;
  ready?: boolean;
  pods?: "none" | "starting" | "ready";
}) => {
  const { nodes = 18, ready = true, pods = "none" } = options;
  const made = aRack("new", {
    nodes,
    pods: pods === "none" ? 0 : 4,
    node: { createdAt: at(4), ready, gpusAllocatable: gpuCount(ready ? 4 : 0) },
    pod: { ready: pods === "ready", readySince: pods === "ready" ? at(9) : null },
  });
  return made;
};

/** Asked for in minute 1, granted in 2, registered at 4, usable in 6, pods in 7, ready at 9. */
const ARRIVAL: readonly Minute[] = [
  { racks: [standing], desired: 1, granted: 1 },
  { racks: [standing], desired: 2, granted: 1 },
  { racks: [standing], desired: 2, granted: 2 },
  { racks: [standing], desired: 2, granted: 2 },
  { racks: [rack({ ready: false }), standing], desired: 2, granted: 2 },
  { racks: [rack({ ready: false }), standing], desired: 2, granted: 2 },
  { racks: [rack({}), standing], desired: 2, granted: 2 },
  { racks: [rack({ pods: "starting" }), standing], desired: 2, granted: 2 },
  { racks: [rack({ pods: "starting" }), standing], desired: 2, granted: 2 },
  { racks: [rack({ pods: "ready" }), standing], desired: 2, granted: 2 },
];

describe("a rack that arrives", () => {
  const states = watch(ARRIVAL);

  it("goes through the phases", () => {
    const phases = states.map(({ summaries, awaited }) =>
      [...summaries.filter(({ id }) => id === "new"), ...awaited].map(({ phase }) => phase).join(),
    );
    expect(phases).toEqual([
      "",
      "Requested",
      "Provisioning",
      "Provisioning",
      "Joining",
      "Joining",
      "Idle",
      "Starting",
      "Starting",
      "Warming",
    ]);
  });

  it("leaves the duration of each of its steps", () => {
    expect(states.at(-1)?.memory.durations).toEqual({
      grant: [MINUTE_MS],
      boot: [2 * MINUTE_MS],
      join: [2 * MINUTE_MS],
      repair: [],
      start: { [CODER]: [2 * MINUTE_MS] },
    });
  });

  it("is remembered with its instants, and its order only until it serves", () => {
    const memory = states.at(-1)?.memory;
    expect(memory?.orders).toEqual([]);
    expect(memory?.seen["new"]).toMatchObject({
      firstAt: at(4),
      quorumAt: at(6),
      servingAt: at(9),
      phase: "Warming",
      since: at(9),
    });
    expect(states[6]?.memory.seen["new"]?.order).toMatchObject({ at: at(1), grantedAt: at(2) });
    expect(memory?.seen["new"]).not.toHaveProperty("order");
  });

  it("found on its way by a controller without memory leaves none that it did not watch", () => {
    const { durations } = watch(ARRIVAL.slice(2), aPoolMemory(2)).at(-1)?.memory ?? {};
    expect(durations).toMatchObject({ grant: [], boot: [] });
    expect(durations?.join).toHaveLength(1);
  });
});

describe("a rack that is out of sight within its boot grace", () => {
  const alone = { racks: [standing], desired: 2, granted: 2 };
  const states = watch([...ARRIVAL, ...Array.from({ length: 7 }, () => alone)]);

  it("is neither lost nor asked for anew, and both once the grace is over", () => {
    const [during, over] = [states.at(-2), states.at(-1)];
    expect([during?.lostRacks, during?.memory.orders, during?.racksByPhase.Gone]).toEqual([
      [],
      [],
      0,
    ]);
    expect([over?.lostRacks, over?.racksByPhase.Gone]).toEqual([["new"], 1]);
    expect(over?.memory.orders).toHaveLength(1);
  });
});

describe("a rack whose labels come late", () => {
  const hidden = rack({ ready: false });
  const late: readonly Minute[] = [
    ...ARRIVAL.slice(0, 4),
    { racks: [standing, { ...hidden, id: UNLABELLED }], desired: 2, granted: 2 },
    ...ARRIVAL.slice(5),
  ];

  it("is Joining meanwhile, not awaited, and not one rack more", () => {
    expect(watch(late)[4]?.racksByPhase).toMatchObject({ Joining: 1, Provisioning: 0, Idle: 1 });
  });

  it("still answers the order", () => {
    expect(watch(late).at(-1)?.memory.durations?.boot).toEqual([2 * MINUTE_MS]);
  });
});

describe("a rack under repair", () => {
  const dark = (ready: number) => {
    const made = rack({ pods: "none" });
    return { ...made, nodes: made.nodes.map((node, n) => ({ ...node, ready: n < ready })) };
  };
  const memory = watch(ARRIVAL).at(-1)?.memory;
  const outage = [
    ...Array.from({ length: 30 }, () => rack({ pods: "ready" })),
    ...Array.from({ length: 7 }, () => dark(3)),
    dark(16),
  ];
  const states = watch(
    outage.map((each) => ({ racks: [each, standing], desired: 2 })),
    memory,
  );

  it("leaves its duration, and comes back as a rack in its boot grace", () => {
    expect(states.at(-2)?.summaries[0]?.phase).toBe("Repairing");
    expect(states.at(-1)?.summaries[0]?.phase).toBe("Idle");
    expect(states.at(-1)?.memory.durations?.repair).toEqual([7 * MINUTE_MS]);
    expect(states.at(-1)?.memory.seen["new"]?.quorumAt).toBe(at(37));
  });

  it("is not measured as a start again", () => {
    expect(states.at(-1)?.memory.durations?.start).toEqual({ [CODER]: [2 * MINUTE_MS] });
  });
});

describe("while the count cannot be read", () => {
  it("orders wait, and racks are still watched", () => {
    const memory = { ...aPoolMemory(2), orders: [{ at: at(-9), watched: true }] };
    const learned = learnProgress({
      pool: POOL,
      fleets: [],
      observed: aPoolObservation(1, { count: null, racks: [standing] }),
      memory,
      now: NOW,
      sightings: {
        seen: { old: { firstAt: at(-9), servingAt: null } },
        missing: {},
        gone: [],
        answered: 0,
      },
      summaries: [rackOf("old", "Idle")],
    });
    expect(learned.orders).toBe(memory.orders);
    expect(learned.seen).toMatchObject({ old: { phase: "Idle", since: NOW } });
  });
});
