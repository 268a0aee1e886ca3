/** One decision of people's interest, above the explanation of its fleet. */
import type { DecisionView } from "../../api/decision-view.ts";
import type { Intent } from "../../core/observation.ts";
import type { OpenedDecision } from "../../studies/opened-decision.ts";

const instant = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;
const dollars = (usd: number | null | undefined): string =>
  usd === null || usd === undefined || usd === 0
    ? ""
    : `; racks above the commitment then cost up to $${usd.toFixed(2)} an hour`;

type Change = Pick<DecisionView, "direction" | "pool" | "fromRacks" | "toRacks" | "rack"> & {
  readonly fleet: string;
  readonly maxUsdPerHour?: number | null;
};

function changeOf(change: Change): string {
  const { direction, fleet, pool, fromRacks, toRacks, rack, maxUsdPerHour } = change;
  const most = direction === "Out" ? "at most " : "";
  const racks =
    fromRacks === toRacks
      ? `${fromRacks} racks, the count stays`
      : `${fromRacks} to ${most}${toRacks} racks`;
  const which = rack === null ? "" : `, rack ${rack}`;
  const cost = direction === "Out" ? dollars(maxUsdPerHour) : "";
  return `${direction} for ${fleet}, RackPool ${pool}, ${racks}${which}${cost}.`;
}

const silenceOf = (onExpiry: string | undefined): string =>
  onExpiry === "Proceed" ? "it proceeds" : "it is dropped";

/** @returns how the decision stands, line by line */
export function standingText(view: DecisionView): string {
  const { name, phase, createdAtSeconds, approvals, requiredApprovals, progress } = view;
  const asked = requiredApprovals > 0 || approvals.length > 0;
  const yes = approvals.filter(({ verdict }) => verdict === "Approve").length;
  const until = instant(view.expiresAtSeconds * 1_000);
  const silence =
    phase === "Pending" ? `; unanswered at ${until}, ${silenceOf(view.onExpiry)}` : "";
  return [
    `${name} (${phase}), opened at ${instant(createdAtSeconds * 1_000)}: ${changeOf(view)}`,
    `Why: ${view.reason.text}`,
    ...(asked ? [`Approved by ${yes} of ${requiredApprovals}${silence}.`] : []),
    ...approvals.map(
      ({ by, verdict, reason }) => `${verdict} by ${by}${reason === "" ? "" : `: ${reason}`}`,
    ),
    ...(progress === null ? [] : [`Now: ${progress.state}: ${progress.reason.text}`]),
  ].join("\n");
}

/** @returns what was decided, as the log has it */
export function openedText({ intent, at, record }: OpenedDecision): string {
  const head = `${intent.name}, opened at ${instant(at)} by record ${record} of the log`;
  return [
    `${head}: ${changeOf({ ...intent, toRacks: intent.toRacksAtMost })}`,
    `Why: ${intent.reason.text}`,
    ...askedLines(intent),
  ].join("\n");
}

function askedLines({ requiredApprovals, expiresAt, onExpiry }: Intent): readonly string[] {
  if (requiredApprovals === 0) return ["Nobody was asked."];
  const until = `until ${instant(expiresAt)}; unanswered then, ${silenceOf(onExpiry)}`;
  return [`Asks ${requiredApprovals} to confirm ${until}.`];
}
