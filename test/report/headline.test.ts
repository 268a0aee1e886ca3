import { describe, expect, it } from "vitest";
import { headlines } from "../../src/report/headline.ts";
import { aRun } from "../support/reports/a-run.ts";

const run = aRun({ name: "ours", days: 1 });
const [fleet] = run.timeline.fleets;
const [objective] = fleet?.objectives ?? [];

/** The first lines of a report on a run of which this share met the first objective. */
function linesOf(met: number): string {
  const name = objective?.name ?? "";
  const { result } = run;
  const slo = { ...result.slo, byObjective: { ...result.slo.byObjective, [name]: met } };
  const input = { title: "", about: "", command: "", version: "" };
  return headlines({ ...input, runs: [{ ...run, result: { ...result, slo } }] }, []).join(" ");
}

describe("the first lines of a report", () => {
  it("say that an objective was missed over the whole run, where nothing stands out", () => {
    const share = objective?.share ?? 1;
    expect(linesOf(share - 0.01)).toContain(`Missed over the whole run: ${objective?.name} (`);
    expect(linesOf(share)).not.toContain("Missed over the whole run");
  });
});
