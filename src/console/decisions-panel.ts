/** Decisions, newest first, and what is held at the moment. */
import type { DecisionView } from "../api/decision-view.ts";
import type { Panel } from "./dom.ts";
import { duration, minute } from "./format.ts";
import type { PageState } from "./page-state.ts";
import { textTable, type Row, type Tone } from "./text-table.ts";

/** About a screen of them; the API has the rest. */
const SHOWN_DECISIONS = 12;

export function decisionsPanel(): Panel<readonly Row[]> {
  return textTable({
    caption: "Decisions, newest first",
    columns: ["Decision", "When", "Phase", "Why"],
    empty: "Nothing was decided yet: racks are as they should be.",
  });
}

export function decisionRows({ decisions }: PageState, nowSeconds: number): Row[] {
  return decisions.slice(0, SHOWN_DECISIONS).map((decision) => ({
    key: decision.name,
    cells: [
      whatOf(decision),
      whenOf(decision, nowSeconds),
      { text: decision.phase, tone: toneOf(decision) },
      whyOf(decision),
    ],
  }));
}

/** `Out 5 → 7` */
export const changeOf = ({ direction, fromRacks, toRacks, taker }: DecisionView): string =>
  taker === null ? `${direction} ${fromRacks} → ${toRacks}` : `${direction} to ${taker}`;

const whenOf = ({ createdAtSeconds }: DecisionView, nowSeconds: number): string =>
  `${minute(createdAtSeconds)}, ${duration(nowSeconds - createdAtSeconds)} ago`;

/** The change, then the rack or else the pool. */
const whatOf = (decision: DecisionView): string =>
  `${changeOf(decision)}, ${decision.rack ?? decision.pool}`;

function whyOf({ reason, progress, requiredApprovals, approvals, open }: DecisionView): string {
  const given = approvals.filter(({ verdict }) => verdict === "Approve").length;
  const waits = open && requiredApprovals > given;
  const approval = waits ? ` ${given} of ${requiredApprovals} approvals given.` : "";
  const step = progress === null ? "" : ` Now: ${progress.reason.text}`;
  return `${reason.text}${approval}${step}`;
}

function toneOf({ phase, open }: DecisionView): Tone {
  if (open) return "warn";
  if (phase === "Done") return "good";
  return phase === "Failed" || phase === "PartiallyDone" ? "bad" : "quiet";
}

export function holdsPanel(): Panel<readonly Row[]> {
  return textTable({
    caption: "What is held, and why",
    columns: ["Held", "Why"],
    empty: "Nothing is held.",
  });
}

/** A fleet that is as it should be is not held: `steady` alone is left out. */
export function holdRows({ fleets, pools, groups }: PageState): Row[] {
  const ofFleets = fleets.flatMap(({ fleet, outcome, reasons, problems }) => {
    const held = outcome === "Hold" ? reasons.filter(({ code }) => code !== "steady") : [];
    return [...problems, ...held].map(({ code, text }) => row(fleet, code, text));
  });
  const ofPools = pools.flatMap(({ pool, holds, refusals }) =>
    [...refusals, ...holds].map(({ code, text }) => row(`pool ${pool}`, code, text)),
  );
  const failures = groups.flatMap(({ group, failure }) =>
    failure === null
      ? []
      : [row(`group ${group}`, failure.code, `Failed (${failure.code}): ${failure.message}`)],
  );
  return unique([...failures, ...ofPools, ...ofFleets]);
}

const row = (owner: string, code: string, text: string): Row => ({
  key: `${owner} ${code}`,
  cells: [owner, text],
});

const unique = (rows: readonly Row[]): Row[] => [
  ...new Map(rows.map((one) => [one.key, one])).values(),
];
