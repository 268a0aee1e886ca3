import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { sweepManifest } from "../../../src/cli/simulation/sweep-job.ts";
import type { SweepJob } from "../../../src/cli/simulation/sweep-job.ts";
import { compileScenario } from "../../../src/config/compile-scenario.ts";
import type { CompiledScenario } from "../../../src/config/compiled-scenario.ts";
import { readDocument } from "../../../src/config/written-document.ts";
import { SCENARIO_TEXT, scenarioWith } from "../../support/a-scenario.ts";

function scenario(text: string): CompiledScenario {
  const read = readDocument(text, compileScenario);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.value;
}

const JOB: SweepJob = {
  parts: 8,
  image: "breakwater:1",
  files: new Map([["one-surge.yaml", SCENARIO_TEXT]]),
  policies: ["breakwater", "static"],
  seeds: 3,
};

describe("the Job of a sweep", () => {
  const [config, job] = parseAllDocuments(sweepManifest(JOB, [scenario(SCENARIO_TEXT)])).map(
    (document): unknown => document.toJS(),
  );

  it("brings the scenarios as they were written", () => {
    expect(config).toMatchObject({
      kind: "ConfigMap",
      data: { "one-surge.yaml": SCENARIO_TEXT },
    });
  });

  it("makes one part at each index, with the same policies and seeds", () => {
    expect(job).toMatchObject({
      apiVersion: "batch/v1",
      kind: "Job",
      spec: { completionMode: "Indexed", completions: 8, parallelism: 8 },
    });
    const args = "sweep /scenarios/one-surge.yaml --policies breakwater,static --seeds 3 --part";
    expect(job).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [{ image: "breakwater:1", args: [...args.split(" "), "$(PART)/8"] }],
          },
        },
      },
    });
  });

  it("may do nothing on the cluster", () => {
    expect(job).toMatchObject({
      spec: {
        template: {
          spec: {
            automountServiceAccountToken: false,
            securityContext: { runAsNonRoot: true },
            containers: [{ securityContext: { readOnlyRootFilesystem: true } }],
          },
        },
      },
    });
  });

  it("refuses a scenario with a recording, which it would not find", () => {
    const recorded = scenario(
      scenarioWith([
        "generate: { profile: coding-agent, sessionsPerHour: 900 }",
        "trace: { path: a.jsonl, format: mooncake }",
      ]),
    );
    expect(() => sweepManifest(JOB, [recorded])).toThrow(
      "--job: one-surge reads a recording, which a Job does not have",
    );
  });

  it("refuses more scenarios than a ConfigMap holds", () => {
    const files = new Map([["a.yaml", "#".repeat(2_000_000)]]);
    expect(() => sweepManifest({ ...JOB, files }, [])).toThrow("found 2000000 bytes of scenarios");
  });
});
