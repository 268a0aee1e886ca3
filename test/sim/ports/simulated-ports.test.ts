import { describe, expect, it } from "vitest";
import { simulatedPorts } from "../../../src/sim/ports/simulated-ports.ts";
import { aWorld, fleetOf, minutes, poolOf } from "../../support/simulated-world.ts";

const silent = { tick: () => {}, tickFailed: () => {}, forget: () => {} };

/** @returns how many turns of the microtask queue `work` takes, or null beyond `limit`. */
async function microtasks(work: Promise<unknown>, limit = 50): Promise<number | null> {
  const state = { done: false };
  const watched = work.then(() => {
    state.done = true;
  });
  for (let turn = 0; turn < limit; turn += 1) {
    if (state.done) return turn;
    await Promise.resolve();
  }
  await watched;
  return null;
}

describe("the ports of a simulated world", () => {
  it("tell the world's time", () => {
    const world = aWorld();
    const { clock } = simulatedPorts(world, { digest: (text) => text, telemetry: silent });
    world.advanceTo(minutes(3));
    expect(clock.now()).toBe(minutes(3));
  });

  it("answer without timers: every promise is settled within a few microtasks", async () => {
    const world = aWorld();
    world.advanceTo(minutes(5));
    const ports = simulatedPorts(world, { digest: (text) => text, telemetry: silent });
    const fleet = fleetOf(world);
    const answers = [
      ports.signals.read(fleet, world.now()),
      ports.store.read(world.now()),
      ports.backends.simulated?.read(poolOf(world)),
      ports.nodes.list([poolOf(world)]),
      ports.workloads.read([fleet]),
      ports.decisions.list(),
      ports.memory.load("a"),
      ports.log.tail(),
      ports.lock.release(),
    ];
    for (const answer of answers) {
      expect(await microtasks(Promise.resolve(answer))).not.toBeNull();
    }
  });
});
