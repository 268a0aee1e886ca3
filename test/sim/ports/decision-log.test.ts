import { describe, expect, it } from "vitest";
import { EMPTY_MEMORY } from "../../../src/core/memory.ts";
import type { DecisionRecord } from "../../../src/core/record.ts";
import { simulatedDecisionLog } from "../../../src/sim/ports/decision-log.ts";
import { START, aWorld } from "../../support/simulated-world.ts";

const { group } = aWorld().options.scenario;

const record = (index: number): DecisionRecord => ({
  schemaVersion: 1,
  codeVersion: "test",
  group: group.name,
  index,
  policyDigest: "",
  profileDigest: "",
  memoryDigest: "",
  decisionDigest: "",
  policy: group,
  observation: { now: START, leading: true, pools: [], fleets: [], intents: [] },
  decision: { at: START, group: group.name, fleets: [], pools: [], progress: [], plan: [] },
  keyframe: EMPTY_MEMORY,
  previousHash: "",
});

describe("the log of decisions", () => {
  const digest = (text: string) => `digest of ${text}`;

  it("stands at its newest record", async () => {
    const log = simulatedDecisionLog(digest);
    expect(await log.tail()).toBeNull();
    await log.append(record(0), "line 0");
    await log.append(record(1), "line 1");
    expect(await log.tail()).toEqual({ hash: "digest of line 1", index: 1 });
  });

  it("keeps the newest thousand, so that a long demo does not grow", async () => {
    const log = simulatedDecisionLog(digest);
    for (let index = 0; index < 1_200; index += 1) await log.append(record(index), "");
    const kept = log.records().map(({ index }) => index);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([1_000, 200, 1_199]);
  });
});
