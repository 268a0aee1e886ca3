import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addReplay } from "../../../src/cli/commands/replay.ts";
import { CommandFailed, UsageError } from "../../../src/cli/usage-error.ts";
import { canonical } from "../../../src/core/canonical.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";
import { aDecisionLog, edited, sha256 } from "../../support/decision-log.ts";
import { aSmallGroup } from "../../support/builders/compiled.ts";
import { commandRunner } from "../../support/command-line.ts";

const LOG = aDecisionLog();

/** The fleet of the log with a minimum of nine racks. */
const NEW_POLICY = `# What if?
---
kind: InferenceFleet
metadata: { name: coder, namespace: agents }
spec:
  model: { name: test-small }
  mode: { scaleOut: Auto, scaleIn: Auto }
  racks: { min: 9, max: 12 }
  pools: [{ name: gb200-east }]
  objectives: [{ name: ttft, metric: TTFT, threshold: 2s, share: "0.95" }]
  workloads:
    - { name: engines, target: { selector: { app: coder } }, unit: { gpus: 16 }, unitsPerRack: 4 }
`;

let folder = "";
let printed: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "breakwater-replay-"));
  printed = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void printed.push(line));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

async function logged(lines: readonly string[]): Promise<string> {
  const path = join(folder, "decisions.jsonl");
  await writeFile(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}

/** @returns what the command throws: the program turns it into an exit status */
const run = commandRunner(addReplay, "replay");

describe("breakwater replay", () => {
  it("says that every record was decided again, bit for bit", async () => {
    expect(await run(await logged(LOG))).toBeNull();
    expect(printed).toEqual(["24 records, 24 decided again: every one bit for bit the same."]);
  });

  it("says how many could not be, for want of memory", async () => {
    expect(await run(await logged(LOG.slice(5)))).toBeNull();
    expect(printed).toEqual([
      "19 records, 14 decided again, 5 before the first keyframe: every one bit for bit the same.",
    ]);
  });

  it("prints JSON for programs", async () => {
    expect(await run(await logged(LOG), "--format", "json")).toBeNull();
    expect(JSON.parse(printed.join(""))).toEqual({
      schemaVersion: 1,
      records: 24,
      redecided: 24,
      withoutMemory: 0,
      codeVersions: ["1.2.3"],
      difference: null,
    });
  });

  it("fails at the first difference, and says which", async () => {
    const changed = LOG.with(8, edited(LOG[8], { decisionDigest: "0".repeat(64) }));
    const path = await logged(changed);
    expect(await run(path)).toEqual(new CommandFailed(`${path}: the replay differs at line 9`));
    const [head, recorded, replayed] = (printed[0] ?? "").split("\n");
    expect(head).toBe(
      "9 records, 8 decided again. First difference at line 9, group gb200-east: decision",
    );
    expect(recorded).toBe(`  recorded ${"0".repeat(64)}`);
    expect(replayed).toMatch(/^ {2}replayed [0-9a-f]{64}$/);
  });

  it("names the field that comes out otherwise", async () => {
    const record = decodeRecord(LOG[8] ?? "", 9);
    const decision = {
      ...record.decision,
      fleets: record.decision.fleets.map((fleet) => ({ ...fleet, targetRacks: 99 })),
    };
    const decisionDigest = sha256(canonical(decision));
    const path = await logged(LOG.with(8, edited(LOG[8], { decision, decisionDigest })));
    expect(await run(path)).toBeInstanceOf(CommandFailed);
    expect((printed[0] ?? "").split("\n")).toEqual([
      expect.stringContaining("line 9, group gb200-east: decision, field fleets[0].targetRacks"),
      "  recorded 99",
      expect.stringMatching(/^ {2}replayed \d+$/),
    ]);
  });

  it("shows what another policy would have decided, and says that it is open loop", async () => {
    const policy = join(folder, "new.yaml");
    await writeFile(policy, NEW_POLICY);
    expect(await run(await logged(LOG), "--policy", policy)).toBeNull();
    const text = printed[0] ?? "";
    expect(text).toContain("24 records, 24 decided by the proposed policy");
    expect(text).toContain("Open loop");
    expect(text).toMatch(/2027-01-15 +agents\/coder +24 +24 /);
    expect(text).toMatch(/They differ first at line 1.*:/);
    expect(text).toContain("Grow want 9 target");
    await writeFile(policy, NEW_POLICY.replace("name: coder", "name: other"));
    expect(String(await run(await logged(LOG), "--policy", policy))).toContain(
      "found InferenceFleet agents/other, expected one of those that were recorded: InferenceFle",
    );
    await writeFile(policy, "kind: Nothing\n");
    expect(await run(await logged(LOG), "--policy", policy)).toBeInstanceOf(UsageError);
  });

  it("takes a policy as kubectl lists it, of a log that is about other groups too", async () => {
    const groups = [aSmallGroup(), { ...aSmallGroup(), name: "west", fleets: [] }];
    const log = await logged(aDecisionLog({ groups, ticks: 3 }));
    const policy = join(folder, "listed.yaml");
    const items = NEW_POLICY.split("---\n")[1]?.replaceAll(/^/gm, "    ").replace("    ", "  - ");
    await writeFile(policy, `apiVersion: v1\nkind: List\nitems:\n${items ?? ""}`);
    expect(await run(log, "--policy", policy)).toBeNull();
    expect(printed[0]).toContain("6 records, 6 decided by the proposed policy");
    expect(printed[0]).toMatch(/agents\/coder +3 +3 /);
  });

  it("reads a log whose lines end as on another system", async () => {
    const path = join(folder, "crlf.jsonl");
    await writeFile(path, LOG.map((line) => `${line}\r\n`).join(""));
    expect(await run(path)).toBeNull();
  });
});

describe("bad input is a usage error that names the file", () => {
  it("which does not exist", async () => {
    const path = join(folder, "missing.jsonl");
    const error = await run(path);
    expect(error).toEqual(new UsageError(`${path} cannot be read: no such file or directory`));
  });

  it("which is a directory", async () => {
    const expected = new UsageError(`${folder} is a directory, expected a decision log`);
    expect(await run(folder)).toEqual(expected);
  });

  it.each([
    ["is empty", [], "found no record, expected a log of them"],
    ["holds no keyframe", LOG.slice(11), "no record could be decided again: no keyframe found"],
    [
      "holds a record of a later version",
      [edited(LOG[0], { schemaVersion: 9 })],
      "line 1: schemaVersion is 9, this version reads 2",
    ],
  ])("which %s", async (_, lines, message) => {
    const path = await logged(lines);
    expect(await run(path)).toEqual(new UsageError(`${path}: ${message}`));
    expect(printed.join("")).not.toContain("the same");
  });

  it("which is no text, or has a line without end", async () => {
    const path = join(folder, "image.jsonl");
    await writeFile(path, Buffer.from([0xff, 0xd8, 0xff, 0x0a]));
    expect(String(await run(path))).toContain(`${path}:1:1: TRC001 not UTF-8`);
    await writeFile(path, "x");
    await truncate(path, 20 * 1024 * 1024);
    expect(String(await run(path))).toContain(`${path}:1: TRC008 a line that is too long`);
    expect(printed).toEqual([]);
  });

  it("a format that there is not", async () => {
    const error = await run(await logged(LOG), "--format", "yaml");
    expect(error).toBeInstanceOf(CommanderError);
    expect(String(error)).toContain("Allowed choices are text, json");
  });
});
