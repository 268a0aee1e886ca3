/** Who did what and when, read out of decision records: each beside the one before it. */
import type { CompiledGroup } from "../../core/compiled.ts";
import type { Action } from "../../core/decision.ts";
import type { GroupObservation, Intent, OverrideObservation } from "../../core/observation.ts";
import type { DecisionRecord } from "../../core/record.ts";
import type { EpochMs } from "../../core/units.ts";

export type AuditKind =
  | "decision"
  | "verdict"
  | "phase"
  | "count"
  | "override"
  | "policy"
  | "leader";

export interface AuditEntry {
  readonly at: EpochMs;
  /** A person as the API server knows them, or a replica of the controller; "" where unknown. */
  readonly by: string;
  readonly kind: AuditKind;
  /** `namespace/name` of the fleet, or the name of the pool or replica. */
  readonly subject: string;
  readonly text: string;
  /** The record's index: where in the log it stands. */
  readonly record: number;
  /**
   * Generations of the pools and fleets that it was decided under, and their digest; before them
   * that of the decision or override itself.
   */
  readonly versions: string;
}

/** @returns takes records in order, those of several groups mixed; gives what each one adds */
export function auditTrail(): (record: DecisionRecord) => readonly AuditEntry[] {
  const before = new Map<string, DecisionRecord>();
  return (record) => {
    const last = before.get(record.group);
    before.set(record.group, record);
    return entriesOf(record, last);
  };
}

type Said = Omit<AuditEntry, "at" | "record" | "versions"> & {
  /** The object that it was said in or by, as name@generation; absent: none of its own. */
  readonly version?: string;
};

function entriesOf(record: DecisionRecord, last: DecisionRecord | undefined): AuditEntry[] {
  const { index, decision } = record;
  const said = [
    ...leaderEntries(record, last),
    ...policyEntries(record.policy, last?.policy),
    ...verdictEntries(record.observation, last?.observation),
    ...overrideEntries(record, last),
    ...decision.plan.flatMap((action) => actionEntry(action, controllerOf(record))),
  ];
  const versions = versionsOf(record);
  return said.map(({ version, ...entry }) => ({
    at: decision.at,
    ...entry,
    record: index,
    versions: version === undefined ? versions : `${version} ${versions}`,
  }));
}

const controllerOf = ({ leader }: DecisionRecord): string => leader ?? "controller";

const versionsOf = ({ policy, policyDigest }: DecisionRecord): string =>
  [
    ...policy.pools.map(({ name, generation }) => `${name}@${generation}`),
    ...policy.fleets.map(({ key, generation }) => `${key}@${generation}`),
    `policy:${policyDigest.slice(0, 12)}`,
  ].join(" ");

function leaderEntries(record: DecisionRecord, last: DecisionRecord | undefined): Said[] {
  const { leader = "", start } = record;
  const began = start === undefined ? [] : [`began a new chain: ${start}`];
  const before = last?.leader ?? "";
  const took = last === undefined || leader === before ? [] : [`took over from ${before || "?"}`];
  return [...began, ...took].map((text) => ({
    by: leader,
    kind: "leader",
    subject: record.group,
    text,
  }));
}

function policyEntries(policy: CompiledGroup, last: CompiledGroup | undefined): Said[] {
  if (last === undefined) return [];
  const named = (group: CompiledGroup): ReadonlyMap<string, number> =>
    new Map([
      ...group.pools.map(({ name, generation }) => [`RackPool ${name}`, generation] as const),
      ...group.fleets.map(({ key, generation }) => [`InferenceFleet ${key}`, generation] as const),
    ]);
  const [now, then] = [named(policy), named(last)];
  const entry = (subject: string, text: string): Said => ({
    by: "",
    kind: "policy",
    subject,
    text,
  });
  const changed = [...now].flatMap(([name, generation]) => {
    const old = then.get(name);
    if (old === undefined) return [entry(name, `added, generation ${generation}`)];
    if (old === generation) return [];
    return [entry(name, `changed, generation ${old} to ${generation}`)];
  });
  const gone = [...then.keys()].flatMap((name) => (now.has(name) ? [] : [entry(name, "gone")]));
  return [...changed, ...gone];
}

function verdictEntries(seen: GroupObservation, last: GroupObservation | undefined): Said[] {
  const known = new Map((last?.intents ?? []).map((intent) => [intent.name, intent] as const));
  return seen.intents.flatMap((intent) =>
    newVerdicts(intent, known.get(intent.name)).map(({ by, verdict, reason }) => ({
      by,
      kind: "verdict" as const,
      subject: intent.fleet,
      ...versionOf(intent),
      text: `${verdict === "Approve" ? "approved" : "rejected"} ${intent.name}${why(reason)}`,
    })),
  );
}

const why = (reason: string): string => (reason === "" ? "" : `: ${reason}`);

const newVerdicts = (intent: Intent, last: Intent | undefined): Intent["approvals"] =>
  intent.approvals.filter(
    ({ by, verdict }) =>
      !(last?.approvals ?? []).some((old) => old.by === by && old.verdict === verdict),
  );

function overrideEntries(record: DecisionRecord, last: DecisionRecord | undefined): Said[] {
  return record.observation.fleets.flatMap(({ key, overrides }) => {
    const then = last?.observation.fleets.find((fleet) => fleet.key === key)?.overrides ?? [];
    const old = new Map(then.map((override) => [override.name, override] as const));
    const names = new Set(overrides.map(({ name }) => name));
    const said = (override: OverrideObservation, text: string, by = override.by ?? ""): Said => ({
      by,
      kind: "override",
      subject: key,
      ...versionOf(override),
      text,
    });
    const set = overrides.flatMap((override) => {
      const before = old.get(override.name);
      const text = `${override.name}: ${asked(override)}`;
      if (before === undefined) return [said(override, `set ${text}`)];
      return asked(before) === asked(override) ? [] : [said(override, `changed ${text}`)];
    });
    const gone = then.filter(({ name }) => !names.has(name));
    const ended = gone.map((override) => said(override, endOf(override, record), ""));
    return [...set, ...ended];
  });
}

const versionOf = ({
  name,
  generation,
}: {
  readonly name: string;
  readonly generation?: number;
}): Pick<Said, "version"> => (generation === undefined ? {} : { version: `${name}@${generation}` });

/** Who deletes an object leaves no name on it. */
const endOf = ({ name, until }: OverrideObservation, { decision }: DecisionRecord): string =>
  until <= decision.at ? `${name} ended by itself` : `${name} was taken away before its end`;

/** What an override asks for, until when and why. */
function asked(override: OverrideObservation): string {
  const { pauseOut, pauseIn, floorRacks, ceilingRacks, until, reason } = override;
  const parts = [
    ...(pauseOut ? ["pause out"] : []),
    ...(pauseIn ? ["pause in"] : []),
    ...(floorRacks === null ? [] : [`floor ${floorRacks}`]),
    ...(ceilingRacks === null ? [] : [`ceiling ${ceilingRacks}`]),
    ...(override.breakGlass === true ? ["glass broken"] : []),
  ];
  return `${parts.join(", ")} until ${new Date(until).toISOString()}: ${reason}`;
}

function actionEntry(action: Action, by: string): Said[] {
  switch (action.kind) {
    case "OpenIntent": {
      const { name, fleet, direction, fromRacks, toRacksAtMost, requiredApprovals } = action.intent;
      const asks = requiredApprovals > 0 ? `, asks ${requiredApprovals} to confirm` : "";
      const change = `${direction} ${fromRacks} to ${toRacksAtMost} racks${asks}`;
      const text = `decided ${name}: ${change}: ${action.reason.code}`;
      return [{ by, kind: "decision", subject: fleet, text }];
    }
    case "SetPhase": {
      const text = `${action.intent} is ${action.phase}: ${action.reason.code}`;
      return [{ by, kind: "phase", subject: action.fleet, text }];
    }
    case "SetCount": {
      const text = `${action.intent} wrote the count ${action.from} to ${action.to}`;
      return [{ by, kind: "count", subject: action.pool, text }];
    }
    default:
      return [];
  }
}
