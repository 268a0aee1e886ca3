import { describe, expect, it } from "vitest";
import { epochMs } from "../../src/core/units.ts";
import { RecordError, decodeRecord } from "../../src/studies/decode-record.ts";
import { openedDecision } from "../../src/studies/opened-decision.ts";
import { aDecisionLog } from "../support/decision-log.ts";

const LOG = aDecisionLog({ ticks: 40 });
const opened = LOG.map((line, at) => decodeRecord(line, at + 1)).flatMap((record) =>
  record.decision.plan.flatMap((action) =>
    action.kind === "OpenIntent" ? [{ record, name: action.intent.name }] : [],
  ),
);
const [first] = opened;
const last = opened.at(-1);

describe("the record that opened a decision", () => {
  it("of its name", async () => {
    const found = await openedDecision(LOG, first?.name ?? "");
    expect(found).toMatchObject({ record: first?.record.index, fleet: "agents/coder" });
    expect(found.at).toBe(first?.record.observation.now);
    expect(found.intent.name).toBe(first?.name);
  });

  it("of the latest, and of the latest by then", async () => {
    expect((await openedDecision(LOG, "latest")).record).toBe(last?.record.index);
    const until = first?.record.observation.now;
    expect((await openedDecision(LOG, "latest", until)).intent.name).toBe(first?.name);
  });

  it.each([
    ["a name that it has not", "gb200-east-out-99", undefined, "its last are gb200-east-out-"],
    ["before anything was decided", "latest", epochMs(0), "no decision latest; it has none"],
  ])("%s: says what there is", async (_, id, until, text) => {
    const error = await openedDecision(LOG, id, until).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RecordError);
    expect(String(error)).toContain(text);
  });
});
