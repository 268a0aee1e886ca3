import { describe, expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import { hpaQueue } from "../../src/baselines/hpa-queue.ts";
import { recordedDecision } from "../../src/studies/recorded-decision.ts";
import { RecordError } from "../../src/studies/decode-record.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { aDecisionLog, edited, sha256 } from "../support/decision-log.ts";
import { tickAt } from "../support/demand-series.ts";

const LOG = aDecisionLog();
const CODER = "agents/coder";
const last = { fleet: undefined, at: undefined };
const found = (wanted = {}, log: readonly string[] = LOG) =>
  recordedDecision(log, { ...last, ...wanted }, sha256);

async function refused(wanted = {}, log: readonly string[] = LOG): Promise<string> {
  const error = await found(wanted, log).catch((caught: unknown) => caught);
  if (!(error instanceof RecordError)) throw new Error(`expected a RecordError: ${String(error)}`);
  return error.message;
}

describe("a decision of a log", () => {
  it.each([
    ["the last one", {}, 23],
    ["that of a keyframe", { at: tickAt(10) }, 10],
    ["the last at or before an instant", { at: tickAt(15) }, 15],
    ["of a fleet by name", { fleet: CODER, at: tickAt(3) }, 3],
  ])("%s comes with the memory that it was decided with", async (_name, wanted, index) => {
    const { record, memory, fleet } = await found(wanted);
    expect([record.index, fleet]).toEqual([index, CODER]);
    const again = decide(record.policy, record.observation, memory);
    expect(again.decision).toEqual(record.decision);
  });

  it("is found among those of other groups", async () => {
    const other = { ...aSmallGroup(), name: "second", fleets: [] };
    const log = aDecisionLog({ ticks: 4, keyframes: [0], groups: [aSmallGroup(), other] });
    expect((await found({}, log)).record.group).toBe("gb200-east");
  });
});

describe("a decision that cannot be decided again is refused: ", () => {
  it.each([
    ["an unknown fleet", { fleet: "agents/x" }, "no decision on agents/x", LOG],
    ["too early an instant", { at: tickAt(-1) }, "at or before", LOG],
    ["records before the first keyframe", {}, "with a keyframe before it", LOG.slice(11)],
    ["no record at all", {}, "the log is of no fleet at all", []],
  ])("%s", async (_name, wanted, text, log) => {
    expect(await refused(wanted, log)).toContain(text);
  });

  it("no fleet named where there are several", async () => {
    const second = aSmallFleet({ key: "agents/writer", name: "writer" });
    const group = aSmallGroup();
    const log = LOG.map((line) => edited(line, { policy: { ...group, fleets: [second] } }));
    expect(await refused({}, [...LOG, ...log])).toContain("agents/coder, agents/writer");
  });

  it("a memory that the records before it do not lead to", async () => {
    const log = LOG.with(15, edited(LOG[15], { memoryDigest: "0".repeat(64) }));
    expect(await refused({ at: tickAt(15) }, log)).toMatch(/^line 16: decided again/);
  });

  it("another policy's", async () => {
    const log = aDecisionLog({ policy: hpaQueue(0.5) });
    expect(await refused({ at: tickAt(0) }, log)).toContain("was sized by hpa-queue");
  });
});
