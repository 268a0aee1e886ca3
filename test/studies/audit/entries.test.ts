import { describe, expect, it } from "vitest";
import { auditTrail } from "../../../src/studies/audit/entries.ts";
import { decodeRecord } from "../../../src/studies/decode-record.ts";
import type { DecisionRecord } from "../../../src/core/record.ts";
import type { Intent, OverrideObservation } from "../../../src/core/observation.ts";
import { epochMs, rackCount } from "../../../src/core/units.ts";
import { anIntent } from "../../support/builders/observed.ts";
import { aDecisionLog } from "../../support/decision-log.ts";

const LOG = aDecisionLog({ ticks: 20 }).map((line, n) => decodeRecord(line, n + 1));
const recordAt = (at: number): DecisionRecord => {
  const record = LOG[at];
  if (record === undefined) throw new Error(`no record ${at}`);
  return record;
};
const [FIRST, SECOND] = [recordAt(0), recordAt(1)];

const OVERRIDE: OverrideObservation = {
  name: "inc-4711",
  pauseOut: false,
  pauseIn: true,
  floorRacks: rackCount(3),
  ceilingRacks: null,
  until: epochMs(Date.UTC(2027, 11, 2)),
  reason: "INC-4711",
};

/** The second record with something otherwise in what it saw. */
function seen(changes: {
  readonly intents?: readonly Intent[];
  readonly overrides?: readonly OverrideObservation[];
}): DecisionRecord {
  const { observation } = SECOND;
  const { intents = observation.intents, overrides } = changes;
  const fleets = observation.fleets.map((fleet) =>
    overrides === undefined ? fleet : { ...fleet, overrides },
  );
  return { ...SECOND, observation: { ...observation, intents, fleets } };
}

const added = (before: DecisionRecord, after: DecisionRecord) => {
  const trail = auditTrail();
  trail(before);
  return trail(after).map(({ by, kind, text }) => [by, kind, text]);
};

describe("who did what", () => {
  it("a decision: by whom, when, under which versions, where it stands", () => {
    const trail = auditTrail();
    const entry = LOG.flatMap((record) => trail(record)).find(({ kind }) => kind === "decision");
    expect(entry).toMatchObject({
      by: "controller",
      subject: "agents/coder",
      text: expect.stringMatching(/^decided gb200-east-out-1: Out \d+ to \d+ racks/),
      versions: expect.stringMatching(/^gb200-east@\d+ agents\/coder@\d+ policy:[0-9a-f]{12}$/),
    });
    expect(LOG[entry?.record ?? -1]?.decision.at).toBe(entry?.at);
  });

  const asked = anIntent({ name: "gb200-east-out-1" });
  const verdict = { by: "maria", verdict: "Approve" as const, reason: "CHG-99" };

  it("a verdict, once, by the name the API server knows", () => {
    const before = seen({ intents: [asked] });
    const after = seen({ intents: [{ ...asked, approvals: [verdict] }] });
    expect(added(before, after)).toEqual([
      ["maria", "verdict", "approved gb200-east-out-1: CHG-99"],
    ]);
    expect(added(after, after)).toEqual([]);
  });

  it("which version of the decision a verdict made", () => {
    const trail = auditTrail();
    trail(seen({ intents: [asked] }));
    const judged = { ...asked, approvals: [verdict], generation: 2 };
    const [entry] = trail(seen({ intents: [judged] }));
    expect(entry?.versions).toMatch(/^gb200-east-out-1@2 gb200-east@/);
  });

  it("an override that was set, changed, and ended", () => {
    const text = "pause in, floor 3 until 2027-12-02T00:00:00.000Z: INC-4711";
    const [none, some] = [seen({ overrides: [] }), seen({ overrides: [OVERRIDE] })];
    expect(added(none, some)).toEqual([["", "override", `set inc-4711: ${text}`]]);
    const lower = seen({ overrides: [{ ...OVERRIDE, floorRacks: rackCount(2) }] });
    expect(added(some, lower)[0]?.[2]).toContain("changed inc-4711: pause in, floor 2");
    expect(added(some, none)).toEqual([["", "override", "inc-4711 was taken away before its end"]]);
    const over = seen({ overrides: [{ ...OVERRIDE, until: SECOND.decision.at }] });
    expect(added(over, none)).toEqual([["", "override", "inc-4711 ended by itself"]]);
  });

  it("who set an override, and which version of it, where it says so", () => {
    const signed = { ...OVERRIDE, by: "oncall", generation: 2, breakGlass: true as const };
    const trail = auditTrail();
    trail(seen({ overrides: [] }));
    const [entry] = trail(seen({ overrides: [signed] }));
    expect(entry).toMatchObject({
      by: "oncall",
      text: expect.stringContaining("floor 3, glass broken until"),
      versions: expect.stringMatching(/^inc-4711@2 gb200-east@\d+ /),
    });
  });

  it("a change of the policy, by its generations", () => {
    const fleets = SECOND.policy.fleets.map((fleet) => ({ ...fleet, generation: 9 }));
    const after = { ...SECOND, policy: { ...SECOND.policy, fleets } };
    const [[, kind, text] = []] = added(SECOND, after);
    expect([kind, text]).toEqual([
      "policy",
      expect.stringMatching(/^changed, generation \d+ to 9$/),
    ]);
  });

  it("another leader, and a chain that it began", () => {
    expect(added({ ...FIRST, leader: "a" }, { ...SECOND, leader: "b" })).toEqual([
      ["b", "leader", "took over from a"],
    ]);
    const [first] = auditTrail()({ ...FIRST, leader: "a", start: "the log had no record" });
    expect(first).toMatchObject({ by: "a", text: "began a new chain: the log had no record" });
  });
});
