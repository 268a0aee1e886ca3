import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/sim/random.ts";
import { generatedTraffic } from "../../../src/traces/generators/generate.ts";
import type { TurnTemplates } from "../../../src/traces/turn-templates.ts";

const templatesWith = (pauses?: number): TurnTemplates =>
  generatedTraffic({
    profile: "chat",
    pauses,
    sessionsPerHour: 60,
    curves: [],
    draws: new RandomStream(1, "starts"),
    templateDraws: new RandomStream(1, "templates"),
  }).templates;

describe("pauses of invented sessions", () => {
  const usual = templatesWith();

  it.each([0.4, 2])("x%d are that many times the profile's, and nothing else is", (factor) => {
    const { rows, ...rest } = templatesWith(factor);
    const { rows: usualRows, ...usualRest } = usual;
    expect(rest).toEqual(usualRest);
    expect(rows.inputTokens).toEqual(usualRows.inputTokens);
    expect([...rows.delayNs]).toEqual([...usualRows.delayNs].map((ns) => Math.round(ns * factor)));
    expect(Math.max(...rows.delayNs)).toBeGreaterThan(0);
  });

  it("are the profile's where nothing is said", () => {
    expect(templatesWith(1)).toEqual(usual);
  });
});
