import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bundled } from "../../support/bundled.ts";
import type { runQueue as RunQueue } from "../../support/kernel-cases/queue-run.ts";

const CASES = join(import.meta.dirname, "..", "..", "support", "kernel-cases");
const unbuilt = (): never => expect.fail("the runs are not bundled");
let runQueue: typeof RunQueue = unbuilt;

beforeAll(async () => {
  ({ runQueue } = await import(await bundled(join(CASES, "queue-run.ts"))));
});

const LOAD = 0.7;
const TURNS = 1_000_000;

/** Erlang's C: the probability that a customer of M/M/c waits, at `load` per server. */
function delayed(servers: number, load: number): number {
  const offered = servers * load;
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked / (1 - load * (1 - blocked));
}

function expectNear(ratio: number, off: number): void {
  expect(ratio).toBeGreaterThan(1 - off);
  expect(ratio).toBeLessThan(1 + off);
}

describe("the kernel as a queue, at a load of 0.7", () => {
  // Means of a million waits at this load have a standard deviation of 1 %.
  it.each([
    ["M/M/1", 1, "exponential", LOAD / (1 - LOAD)],
    ["M/D/1", 1, "constant", LOAD / (1 - LOAD) / 2],
    ["M/M/2", 2, "exponential", delayed(2, LOAD) / (2 * (1 - LOAD))],
    ["M/M/8", 8, "exponential", delayed(8, LOAD) / (8 * (1 - LOAD))],
  ] as const)("waits as %s, within two hundredths", (_name, servers, service, wait) => {
    const queue = { servers, service, load: LOAD, turns: TURNS, seed: 2 };
    expectNear(runQueue(queue).wait / wait, 0.02);
  });

  it("holds as many turns as arrive while one stays (Little's law), within 0.5 percent", () => {
    const queue = { servers: 4, load: LOAD, turns: TURNS / 4, seed: 3 };
    const { meanTurns, arrivedTimesStay } = runQueue({ ...queue, service: "exponential" });
    expectNear(meanTurns / arrivedTimesStay, 0.005);
  });
});
