import { describe, expect, it } from "vitest";
import { EventQueue } from "../../src/sim/event-queue.ts";
import { FleetWorld } from "../../src/sim/fleet-world.ts";
import { aWorld, fleetOf, minutes, START } from "../support/simulated-world.ts";

function aFleetWorld(profile = "test-small") {
  const world = aWorld().options;
  const [traffic] = world.traffic;
  if (traffic === undefined) throw new Error("no traffic");
  const timeline = new EventQueue(START);
  const fleet = { ...fleetOf(aWorld()), model: { name: "m", profile, revisionLabel: "r" } };
  const fleetWorld = new FleetWorld({ fleet, traffic, world, timeline, pods: () => [] });
  return { timeline, fleetWorld };
}

describe("a fleet of the world", () => {
  it("is offered turns and scraped every 15 s", () => {
    const { timeline, fleetWorld } = aFleetWorld();
    fleetWorld.begin();
    timeline.runUntil(minutes(2));
    fleetWorld.check();
    expect(fleetWorld.service.counts().offered).toBeGreaterThan(2_000);
    const scrapes = fleetWorld.scrapes.window(minutes(2), 60_000);
    expect(scrapes.map(({ at }) => (at - START) / 1_000)).toEqual([75, 90, 105, 120]);
    expect(scrapes.at(-1)?.coverage).toBe(1);
  });

  it("without engines queues what its sessions send, and they stop sending", () => {
    const { timeline, fleetWorld } = aFleetWorld();
    fleetWorld.begin();
    timeline.runUntil(minutes(10));
    const { completed, running, unsent, queued, abandoned } = fleetWorld.service.counts();
    expect([completed, running]).toEqual([0, 0]);
    expect(Math.min(unsent, queued, abandoned)).toBeGreaterThan(0);
    // 20 turns/s and a minute to think: 1,200 sessions, none waits twice.
    expect(queued).toBeLessThan(1_400);
  });

  it("is refused an engine that nobody profiled", () => {
    expect(() => aFleetWorld("unheard-of")).toThrow(/unheard-of/);
  });
});
