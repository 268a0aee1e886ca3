import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { DecisionRecord } from "../../../src/core/record.ts";
import type { evaluationOf, pastRecords } from "../../support/runs/evaluate-run.ts";
import { bundled } from "../../support/bundled.ts";

interface Runs {
  readonly pastRecords: typeof pastRecords;
  readonly evaluationOf: typeof evaluationOf;
}

let runs: Runs;
let records: readonly DecisionRecord[] = [];

beforeAll(async () => {
  const entry = join(import.meta.dirname, "../../support/runs/evaluate-run.ts");
  runs = await import(await bundled(entry));
  records = await runs.pastRecords();
}, 60_000);

describe("an hour of a calm fleet", { timeout: 60_000 }, () => {
  it("is met by its simulation within a point, and the same policy changes nothing", async () => {
    const result = await runs.evaluationOf(records, (fleet) => fleet);
    const [match] = result.matches;
    expect(Math.abs((match?.recorded ?? 0) - (match?.replayed ?? 1))).toBeLessThan(0.01);
    expect(result.recommendation.verdict).toBe("not-sure");
    expect(result.change.attainment).toEqual({ mean: 0, low: 0, high: 0 });
    expect(result.sessions.profile).toBe("coding-agent");
    expect(result.sessions.scale).toBeGreaterThan(0.5);
    expect(result.sessions.scale).toBeLessThan(2);
  });
});
