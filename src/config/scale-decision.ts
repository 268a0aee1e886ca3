/** ScaleDecision: one change of a count. Written by the controller, consented to by people. */
import { z } from "zod";
import { conditions, count, decimal, FEW, instant, keyedList, MANY, objectName } from "./fields.ts";
import { sentence } from "./fields.ts";
import { AGE, column, integerColumn, type Kind, wide } from "./kind.ts";
import { type CelRule, withCel, withRules } from "./rule.ts";

/** A SHA-256 in hexadecimal, with room for an algorithm's name before it. */
const digest = (text: string) => z.string().max(80).describe(text);

const consent = z
  .object({
    pool: objectName("The RackPool that it is about."),
    fromRacks: count("The count when it was decided."),
    toRacksAtMost: count("Out: never above it. In: exactly it. Others: fromRacks."),
    maxUsdPerHour: decimal(
      "What racks above the commitment may then cost per hour; absent: unknown.",
    ).optional(),
    actBefore: instant("The change must start before it."),
  })
  .describe("What is consented to: less of it, or the same later until actBefore, is covered.");

const reason = z
  .object({
    code: z.string().min(1).max(64).describe("Code of the closed table of reasons."),
    text: sentence("The reason in a sentence with its numbers.", 4096),
  })
  .describe("Why.");

const approval = z
  .object({
    by: z
      .string()
      .min(1)
      .max(512)
      .describe("User name of the approver as the API server knows it."),
    verdict: z.enum(["Approve", "Reject"]).describe("Yes or no."),
    reason: sentence("Why.").default(""),
  })
  .describe("One person's verdict.");

const fields = z.object({
  fleet: objectName("Name of the InferenceFleet in the same namespace; of a Move the giver."),
  taker: z
    .object({
      namespace: objectName("Its namespace."),
      name: objectName("Its name."),
    })
    .describe("Move: the InferenceFleet that gets the rack.")
    .optional(),
  direction: z
    .enum(["Out", "In", "Move", "Lend", "Reclaim"])
    .describe(
      "Growth or scale-in; a rack moved to another fleet, lent to the pool's loan, or called back.",
    ),
  consent,
  rack: z
    .string()
    .min(1)
    .max(253)
    .describe("In, Lend, Move: the rack to drain, by its domain. Reclaim: the one to call back.")
    .optional(),
  victimNodeUIDs: z
    .array(z.string().min(1).max(64))
    .max(MANY)
    .default([])
    .describe(
      "In: UIDs of the nodes that leave with the rack. Others: of those that are concerned.",
    ),
  objects: z
    .array(objectName("Name of one object."))
    .max(MANY)
    .describe("Of an object set: the objects that get or lose their rack, in this order.")
    .optional(),
  drainDeadline: instant("When the rack must be empty; growth has none.").optional(),
  reason,
  requiredApprovals: count("How many people must approve; 0 means it runs by itself.", 0, 8),
  onExpiry: z.enum(["Drop", "Proceed"]).describe("What silence until expiresAt means."),
  expiresAt: instant("Verdicts count until then."),
  createdAt: instant("The instant of the tick that decided it."),
  policyDigest: digest("Digest of the policy it was decided under."),
  observationDigest: digest("Digest of what was observed."),
  approvals: keyedList(
    approval,
    "by",
    "Verdicts, one a person; entries are added and never changed or removed.",
  ).default([]),
});

const namesRack = (direction: string): boolean =>
  direction === "Lend" || direction === "Reclaim" || direction === "Move";

/** A rule per field, so that a refusal names the field. */
function immutable(name: string): CelRule {
  return {
    rule:
      `has(self.${name}) == has(oldSelf.${name}) && ` +
      `(!has(self.${name}) || self.${name} == oldSelf.${name})`,
    message: `${name} is immutable: a decision is superseded, not changed`,
    fieldPath: `.${name}`,
  };
}

/** Who said yes may still say no, which cancels what can be cancelled; never the other way. */
const APPEND_ONLY: CelRule = {
  rule:
    "!has(oldSelf.approvals) || (has(self.approvals) && " +
    "oldSelf.approvals.all(old, self.approvals.exists(new, new == old || " +
    "(new.by == old.by && old.verdict == 'Approve' && new.verdict == 'Reject'))))",
  message: "a verdict once given is not withdrawn: only a yes may be changed, into a no",
  fieldPath: ".approvals",
};

const spec = withCel(
  withRules(fields.describe("What was decided, and who consented."), [
    {
      cel: "self.direction != 'Out' || !has(self.rack)",
      holds: (self) => self.direction !== "Out" || self.rack === undefined,
      message: "rack names a rack that is there: growth has none",
      field: "rack",
    },
    {
      cel: "!(self.direction in ['Lend', 'Reclaim', 'Move']) || has(self.rack)",
      holds: (self) => self.rack !== undefined || !namesRack(self.direction),
      message: "Lend, Reclaim and Move name their rack",
      field: "rack",
    },
    {
      cel: "(self.direction == 'Move') == has(self.taker)",
      holds: (self) => (self.direction === "Move") === (self.taker !== undefined),
      message: "a Move names its taker, and nothing else does",
      field: "taker",
    },
    {
      cel:
        "self.direction == 'Out' ? self.consent.toRacksAtMost > self.consent.fromRacks : " +
        "self.direction == 'In' ? self.consent.toRacksAtMost < self.consent.fromRacks : " +
        "self.consent.toRacksAtMost == self.consent.fromRacks",
      holds: ({ direction, consent: { fromRacks: from, toRacksAtMost: to } }) =>
        direction === "Out" ? to > from : direction === "In" ? to < from : to === from,
      message: "Out raises the count, In lowers it, the others leave it",
      field: "direction",
    },
    {
      cel:
        "!has(self.objects) || self.objects.size() == " +
        "(self.direction == 'In' ? self.consent.fromRacks - self.consent.toRacksAtMost : " +
        "self.consent.toRacksAtMost - self.consent.fromRacks)",
      holds: ({ objects, direction, consent: { fromRacks, toRacksAtMost } }) =>
        objects === undefined ||
        objects.length ===
          (direction === "In" ? fromRacks - toRacksAtMost : toRacksAtMost - fromRacks),
      message: "objects names one object for each rack",
      field: "objects",
    },
  ]),
  [
    ...Object.keys(fields.shape)
      .filter((name) => name !== "approvals")
      .map(immutable),
    APPEND_ONLY,
  ],
);

const evidence = z
  .object({
    attainmentIfDone: decimal("Share of turns inside every objective, if done.").optional(),
    attainmentIfNot: decimal("The same, if nothing is done.").optional(),
    confidence: decimal("How sure the forecast is, 0 to 1: p50 / p90 of demand.").optional(),
    cacheCause: z.string().max(64).describe("Cause of a fall in hit rate, if any.").optional(),
    alternatives: z
      .array(sentence("One alternative with its consequence."))
      .max(FEW)
      .describe("What else could be done.")
      .optional(),
  })
  .describe("What the approver should know.");

const progress = z
  .object({
    asked: count("Racks of the count that was written.").optional(),
    accepted: count("Racks of the count as read back.").optional(),
    serving: count("Racks that serve.").optional(),
  })
  .describe("How far it got, in racks.");

const status = z
  .object({
    phase: z
      .enum([
        "Pending",
        "Approved",
        "Rejected",
        "Expired",
        "Superseded",
        "Executing",
        "Done",
        "PartiallyDone",
        "Cancelled",
        "Failed",
      ])
      .describe("Where it stands; absent means Pending.")
      .optional(),
    phaseSince: instant("When it came to stand there.").optional(),
    reason: reason.optional(),
    evidence: evidence.optional(),
    racks: progress.optional(),
    conditions: conditions().optional(),
  })
  .describe("What became of it.");

export const SCALE_DECISION: Kind<typeof spec> = {
  kind: "ScaleDecision",
  plural: "scaledecisions",
  singular: "scaledecision",
  shortNames: ["sdec"],
  scope: "Namespaced",
  description: "One change of a pool's racks: what was decided, why, and who consented.",
  spec,
  status,
  columns: [
    column("Fleet", ".spec.fleet", "The fleet it is for; of a Move the giver."),
    column("Direction", ".spec.direction", "Growth or scale-in, moving, lending or calling back."),
    integerColumn("From", ".spec.consent.fromRacks", "The count when it was decided."),
    integerColumn("To", ".spec.consent.toRacksAtMost", "Where it goes, at most."),
    column("USD/h", ".spec.consent.maxUsdPerHour", "What racks above the commitment then cost."),
    column("If-Done", ".status.evidence.attainmentIfDone", "Share of turns inside, if done."),
    column("If-Not", ".status.evidence.attainmentIfNot", "The same, if nothing is done."),
    column("Phase", ".status.phase", "Where it stands."),
    integerColumn("Needs", ".spec.requiredApprovals", "How many people must approve."),
    column("Expires", ".spec.expiresAt", "Verdicts count until then."),
    column("Unanswered", ".spec.onExpiry", "What silence until then means."),
    wide(column("Pool", ".spec.consent.pool", "The pool whose racks it is about.")),
    wide(column("Why", ".spec.reason.code", "Code of the reason.")),
    wide(column("Rack", ".spec.rack", "The rack that is drained, or called back.")),
    wide(column("Taker", ".spec.taker.name", "Of a Move: the fleet that gets the rack.")),
    AGE,
  ],
};
