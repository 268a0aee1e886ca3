import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addEvaluate } from "../../../src/cli/commands/evaluate.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";
import { commandRunner } from "../../support/command-line.ts";
import { aDecisionLog } from "../../support/decision-log.ts";

const POLICY = `
kind: RackPool
metadata: { name: gb200 }
spec:
  backend: { kind: coreweave, name: east, acknowledgeUnproven: true }
  supply: { kind: OnDemand }
  limits: { maxRacks: 8 }
  consumers: [{ fleet: { namespace: agents, name: coder }, max: 8 }]
---
kind: InferenceFleet
metadata: { name: coder, namespace: agents }
spec:
  model: { name: test-small }
  racks: { min: 2, max: 8 }
  pools: [{ name: gb200 }]
  objectives: [{ name: ttft, metric: TTFT, threshold: 20s, share: "0.95" }]
  workloads:
    - { name: engines, target: { selector: { app: coder } }, unit: { gpus: 16 }, unitsPerRack: 2 }
`;

/** As the fleet of the log is, with more racks at least. */
const CANDIDATE = `
kind: InferenceFleet
metadata: { name: coder, namespace: agents }
spec:
  model: { name: test-small }
  racks: { min: 9, max: 12 }
  pools: [{ name: gb200-east }]
  objectives: [{ name: ttft, metric: TTFT, threshold: 2s, share: "0.95" }]
  workloads:
    - { name: engines, target: { selector: { app: coder } }, unit: { gpus: 16 }, unitsPerRack: 4 }
`;

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakwater-evaluate-"));
});
afterEach(async () => await rm(folder, { recursive: true }));

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const run = commandRunner(addEvaluate, "evaluate");
const logged = (): Promise<string> => written("log.jsonl", `${aDecisionLog().join("\n")}\n`);

describe("breakwater evaluate, of bad input", () => {
  it.each([
    ["no past at all", [], "found neither --log nor --policy, expected one of them"],
    ["two pasts", ["--log", "a", "--policy", "b"], "found both --log and --policy"],
    ["racks of a log", ["--log", "a", "--racks", "gb200=4"], "with --log, expected them with"],
    ["a log that is not there", ["--log", "/nowhere/x"], "/nowhere/x cannot be read"],
    ["a short block", ["--log", "a", "--block", "5m"], '--block: found "5m", expected an hour'],
    ["racks that are none", ["--policy", "b", "--racks", "four"], 'found "four", expected pool=N'],
    ["an end that is none", ["--policy", "b", "--until", "noon"], 'found "noon", expected an inst'],
  ])("%s", async (_, flags, message) => {
    expect(String(await run(...flags))).toContain(message);
  });

  it("a log whose fleets try nothing out, and no candidate", async () => {
    const log = await logged();
    const error = await run("--log", log, "--block", "1h");
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(`${log}: no fleet has a spec.candidate, expected one, or`);
  });

  it.each([
    ["of no object that was recorded", CANDIDATE.replace("coder", "chat"), "agents/chat, expected"],
    [
      "judged by a looser objective",
      CANDIDATE.replace("threshold: 2s", "threshold: 5s"),
      "found other objectives of InferenceFleet agents/coder, expected those that were recorded",
    ],
    ["that is none", "kind: Namespace\n", "found no InferenceFleet and no RackPool"],
    [
      "with a mistake, by its place in the list",
      `kind: List\nitems: [{ kind: RackPool, metadata: { name: a }, spec: { limits: 3 } }]\n`,
      "candidate.yaml:2:58: items[0].spec.limits: found 3, expected an object",
    ],
  ])("a candidate %s", async (_, text, message) => {
    const candidate = await written("candidate.yaml", text);
    const error = await run("--log", await logged(), "--candidate", candidate);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(message);
  });

  it("a group that the log has not", async () => {
    const error = await run("--log", await logged(), "--group", "other");
    expect(String(error)).toContain("--group: found other, expected one of: gb200-east");
  });

  it.each([
    ["without pools", POLICY.slice(POLICY.indexOf("---")), [], "found 1 InferenceFleets and 0 Rac"],
    ["without a span", POLICY, [], "--since: found nothing, expected how far back to look"],
    [
      "that begins after its end",
      POLICY,
      ["--since", "2026-11-03T00:00:00Z", "--until", "2026-11-02T00:00:00Z"],
      "--since: found an instant after 2026-11-02T00:00:00.000Z",
    ],
    [
      "whose fleet names no Prometheus, and none is named",
      POLICY,
      ["--since", "1d"],
      "--prometheus-url: found nothing, expected it, or spec.signals.prometheus of agents/coder",
    ],
  ])("a policy %s", async (_, text, flags, message) => {
    const policy = await written("policy.yaml", text);
    const since = message.includes("InferenceFleets") ? ["--since", "1d"] : [];
    expect(String(await run("--policy", policy, ...since, ...flags))).toContain(message);
  });
});
