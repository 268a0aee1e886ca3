import { describe, expect, it } from "vitest";
import { DecisionRing } from "../../../src/adapters/http/decision-ring.ts";
import { decisionViews } from "../../../src/adapters/telemetry/views/decision-views.ts";
import { after, millis } from "../../../src/core/units.ts";
import { anIntent, START } from "../../support/reports/observed.ts";
import { aReport } from "../../support/reports/report.ts";

describe("the ring of decisions", () => {
  it("keeps the newest 200", () => {
    const ring = new DecisionRing();
    const intents = Array.from({ length: 250 }, (_, index) =>
      anIntent(`out-${index}`, { createdAt: after(START, millis(index * 1_000)) }),
    );
    ring.add(decisionViews(aReport({ intents })));
    const kept = ring.newestFirst(START / 1_000);
    expect([kept.length, kept[0]?.name, kept.at(-1)?.name]).toEqual([200, "out-249", "out-50"]);
  });

  it("knows which were made by an instant, in the phase that was seen then", () => {
    const ring = new DecisionRing();
    const made = (name: string, second: number) =>
      anIntent(name, { phase: "Done", createdAt: after(START, millis(second * 1_000)) });
    ring.add(decisionViews(aReport({ intents: [made("old", 0), made("new", 60)] })));
    const seen = decisionViews(aReport({ intents: [{ ...made("old", 0), phase: "Executing" }] }));
    const then = ring.asOf(START / 1_000 + 30, seen);
    expect(then.map(({ name, phase, ageSeconds }) => [name, phase, ageSeconds])).toEqual([
      ["old", "Executing", 30],
    ]);
  });
});
