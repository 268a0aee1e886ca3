import { describe, expect, it } from "vitest";
import { SECOND_MS, after, millis } from "../../src/core/units.ts";
import type { TickReport } from "../../src/ports/telemetry.ts";
import { controllerTicks } from "../../src/sim/controller-ticks.ts";
import { simulatedPorts } from "../../src/sim/ports/simulated-ports.ts";
import { sha256 } from "../support/model/cluster.ts";
import { aWorld } from "../support/simulated-world.ts";

describe("the controller's ticks on a simulated world", () => {
  it("carry its memory on, and end by microtasks alone", async () => {
    const world = aWorld();
    const reports: TickReport[] = [];
    let loads = 0;
    const ports = simulatedPorts(world, {
      digest: sha256,
      telemetry: {
        tick: (report) => void reports.push(report),
        tickFailed: (_group, code, message) => {
          throw new Error(`${code}: ${message}`);
        },
        forget: () => {},
      },
    });
    const { memory } = ports;
    const counted = {
      ...memory,
      load: (group: string) => {
        loads += 1;
        return memory.load(group);
      },
    };
    const tick = controllerTicks(
      { ...ports, memory: counted },
      { codeVersion: "test", digest: sha256, stopwatch: () => 0 },
    );
    for (let n = 0; n < 3; n += 1) {
      world.advanceTo(after(world.now(), millis(15 * SECOND_MS)));
      let ended = false;
      void tick().then(() => {
        ended = true;
      });
      await new Promise((resume) => {
        setImmediate(resume);
      });
      expect(ended).toBe(true);
    }
    expect(reports).toHaveLength(3);
    expect(loads).toBe(1);
  });
});
