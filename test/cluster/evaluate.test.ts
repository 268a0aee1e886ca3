/**
 * A past that a simulation wrote, as a decision log and as the samples of a real Prometheus: what
 * `evaluate` recommends of it, with the program as it is installed.
 */
import { spawnSync } from "node:child_process";
import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeRecord } from "../../src/studies/decode-record.ts";
import { type PrometheusServer, startPrometheus } from "../support/control-plane/prometheus.ts";
import { toolPath, toolsOrSkip } from "../support/control-plane/tools.ts";
import {
  ACTED,
  desiredRacks,
  type Floors,
  PAST,
  pastScenario,
  policyOf,
} from "../support/scrapes/evaluated-past.ts";
import { OF_THE_PAST } from "../support/scrapes/two-eyes.ts";

const missing = toolsOrSkip(["prometheus", "promtool"]);
const PROGRAM = join(import.meta.dirname, "..", "..", "dist", "cli", "main.js");
const END = "# EOF\n";

function run(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return stdout;
}

const breakwater = (...args: readonly string[]): string => run(process.execPath, PROGRAM, ...args);

describe.skipIf(missing !== "")(`two policies on a recorded past ${missing}`, () => {
  let folder: string;
  let prometheus: PrometheusServer;
  const fileOf = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "breakwater-evaluate-"));
    const [scenario, log, series] = ["past.yaml", "decisions.jsonl", "scrapes.om"].map(fileOf);
    if (scenario === undefined || log === undefined || series === undefined) return;
    await writeFile(scenario, pastScenario());
    const outputs = ["--decisions", log, "--openmetrics", series];
    breakwater("simulate", scenario, "--seed", "7", ...outputs);
    const text = await readFile(log, "utf8");
    const lines = text.trimEnd().split("\n");
    await addSeries(series, desiredRacks(lines.map((line, at) => decodeRecord(line, at + 1))));
    await writeFile(fileOf("applied.json"), policyOf(ACTED));
    const fill = (samples: string): void => {
      run(toolPath("promtool"), "tsdb", "create-blocks-from", "openmetrics", series, samples);
    };
    prometheus = await startPrometheus({ ...OF_THE_PAST, fill });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await rm(folder, { recursive: true });
  });

  /** In front of the mark that ends the text. */
  async function addSeries(file: string, series: string): Promise<void> {
    const { length } = await readFile(file);
    await truncate(file, length - END.length);
    await appendFile(file, series + END);
  }

  const past = {
    log: () => ["--log", fileOf("decisions.jsonl")],
    metrics: () =>
      ["--policy", fileOf("applied.json"), "--prometheus-url", prometheus.url].concat(
        ["--since", PAST.from],
        ["--until", PAST.until],
      ),
  } as const;

  async function evaluated(source: keyof typeof past, group: string, floors: Floors) {
    const candidate = fileOf("candidate.json");
    await writeFile(candidate, policyOf(floors));
    const asked = ["--group", group, "--candidate", candidate, "--block", "1h", "--seeds", "1"];
    return breakwater("evaluate", ...past[source](), ...asked);
  }

  it.each(["log", "metrics"] as const)(
    "by its %s: adopt what needs a rack less",
    async (source) => {
      const text = await evaluated(source, "calm", { ...ACTED, calm: ACTED.calm - 1 });
      expect(text).toMatch(/^Recommended: adopt the candidate: attainment changes by 0\.00 points/);
      expect(text).toMatch(/and cost by -\d+ USD to -\d+ USD per block/);
      expect(text).toContain("3 blocks from 2026-11-02T00:00:");
      expect(text).toMatch(/agents\/calm +ttft +100\.00 % +\S+ % +0\.\d\d points/);
    },
  );

  it("keep what acts, where a rack more brings nothing", async () => {
    const text = await evaluated("metrics", "calm", { ...ACTED, calm: ACTED.calm + 1 });
    expect(text).toMatch(/^Recommended: keep the policy that acts: attainment changes by 0\.00/);
    expect(text).toMatch(/and cost by \d+ USD to \d+ USD per block/);
  });

  it.each(["log", "metrics"] as const)(
    "by its %s: nothing of a past that its policy does not explain",
    async (source) => {
      const text = await evaluated(source, "broken", { ...ACTED, broken: ACTED.broken + 1 });
      const refusal =
        /^No recommendation: objective ttft of others\/broken was (\S+) % .* and is (\S+) %/;
      const [, recorded, simulated] = refusal.exec(text) ?? [];
      expect(Number(simulated) - Number(recorded)).toBeGreaterThan(1);
    },
  );
});
