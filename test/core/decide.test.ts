import { describe, expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import { EMPTY_MEMORY } from "../../src/core/memory.ts";
import type { GroupMemory } from "../../src/core/memory.ts";
import { MINUTE_MS, after, millis } from "../../src/core/units.ts";
import { aSmallGroup as aGroup } from "../support/builders/compiled.ts";
import {
  NOW,
  aFleetObservation,
  aGroupObservation,
  aPoolObservation,
  someSignals,
} from "../support/builders/observed.ts";

const at = (minutes: number) => after(NOW, millis(minutes * MINUTE_MS));

describe("decide", () => {
  it("grows", () => {
    let memory: GroupMemory = EMPTY_MEMORY;
    for (let minute = 0; minute < 30; minute += 0.25) {
      const arrivals = minute < 20 ? 16 : 48;
      const signals = someSignals(
        {
          arrivals,
          promptTokens: arrivals * 6000,
          computedPromptTokens: arrivals * 3000,
          generatedTokens: arrivals * 60,
        },
        at(minute),
      );
      const observation = aGroupObservation({
        now: at(minute),
        pools: [aPoolObservation(4)],
        fleets: [aFleetObservation({ signals, objectives: [] })],
      });
      const decided = decide(aGroup(), observation, memory);
      memory = decided.memory;
      const [fleet] = decided.decision.fleets;
      if (minute % 2 === 0 || decided.decision.plan.length > 0)
        console.log(
          minute,
          fleet?.outcome,
          fleet?.want.racks,
          fleet?.reasons.map((r) => r.text).join(" | "),
          JSON.stringify(decided.decision.plan.map((a) => a.kind)),
        );
    }
    expect(1).toBe(1);
  });
});
