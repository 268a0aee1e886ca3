import { describe, expect, it } from "vitest";
import {
  CONFIRM_CASES,
  confirmCost,
  PEOPLE_CASES,
  withConfirm,
} from "../../src/studies/confirm-cost.ts";
import { aScenario } from "../support/simulated-world.ts";
import { aResult } from "../support/builders/results.ts";

describe("what a confirm rule costs", () => {
  it("is measured with growth that acts by itself but for the rule of the row", () => {
    for (const confirm of CONFIRM_CASES) {
      for (const people of PEOPLE_CASES) {
        const { group, world } = withConfirm(aScenario(), confirm, people);
        expect(group.fleets.map(({ mode }) => mode.scaleOut)).toEqual(["Auto"]);
        expect(group.fleets[0]?.confirm).toEqual(confirm.rules);
        expect(world.people).toEqual(people.people);
      }
    }
  });

  it("is a row for each rule and people, over every seed", async () => {
    const asked: string[] = [];
    const rows = await confirmCost({
      scenario: aScenario(),
      seeds: [1, 2],
      people: PEOPLE_CASES,
      run: (scenario, seed) => {
        const { confirm } = scenario.group.fleets[0] ?? { confirm: [] };
        asked.push(`${confirm.length} ${seed}`);
        return Promise.resolve(aResult(100 * seed, 10));
      },
    });
    expect(rows).toHaveLength(CONFIRM_CASES.length * PEOPLE_CASES.length);
    expect(rows[0]).toMatchObject({ rule: "none", people: "prompt", seeds: 2, violations: 150 });
    expect(asked.slice(0, 7)).toEqual(["0 1", "0 2", "0 1", "0 2", "0 1", "0 2", "1 1"]);
  });
});
