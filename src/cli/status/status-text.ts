/** What `status` prints of a running controller. */
import type { DecisionsAnswer, FleetsAnswer, PoolsAnswer } from "../../api/envelopes.ts";
import { inPercent } from "../../core/in-percent.ts";
import { table } from "../table.ts";
import { arrivals } from "./arrivals-text.ts";

export interface StatusAnswers {
  readonly fleets: FleetsAnswer;
  readonly pools: PoolsAnswer;
  readonly decisions: DecisionsAnswer;
}

export function statusText({ fleets, pools, decisions }: StatusAnswers): string {
  const failing = fleets.groups.flatMap(({ group, failure }) =>
    failure === null ? [] : [`Group ${group} fails: ${failure.code}: ${failure.message}`],
  );
  return [
    fleetTable(fleets),
    poolTable(pools),
    ...arrivals(pools),
    openDecisions(decisions),
    ...questions(decisions),
    ...overridden(fleets),
    ...failing,
  ].join("\n\n");
}

const fleetTable = ({ fleets }: FleetsAnswer): string =>
  table(
    ["FLEET", "SERVING", "HELD", "WANT", "OUTCOME", "INSIDE", "HIT RATE", "WHY"],
    fleets.map(({ fleet, racks, outcome, objectives, cache, reasons }) => [
      fleet,
      String(racks.serving),
      String(racks.held),
      String(racks.want),
      outcome,
      objectives.map(({ name, observedShare }) => `${name} ${percent(observedShare)}`).join(", "),
      percent(cache.hitRate),
      reasons[0]?.text ?? "",
    ]),
  );

const percent = (share: number | null): string => (share === null ? "n/a" : inPercent(share));

const poolTable = ({ pools }: PoolsAnswer): string =>
  table(
    ["POOL", "DESIRED", "MAX", "LENT", "RACKS BY PHASE", "HOLDS"],
    pools.map(({ pool, desiredRacks, maxRacks, loan, racksByPhase, holds }) => [
      pool,
      desiredRacks === null ? "unknown" : String(desiredRacks),
      String(maxRacks),
      loan === undefined ? "" : `${loan.lentRacks} of ${loan.maxRacks}`,
      Object.entries(racksByPhase)
        .flatMap(([phase, racks]) => (racks > 0 ? [`${racks} ${phase}`] : []))
        .join(", "),
      holds.map(({ text }) => text).join(" "),
    ]),
  );

function openDecisions({ decisions }: DecisionsAnswer): string {
  const open = decisions.filter((decision) => decision.open);
  if (open.length === 0) return "No decision is open.";
  return table(
    ["DECISION", "PHASE", "FROM", "TO", "RACK", "PROGRESS"],
    open.map(({ name, phase, fromRacks, toRacks, rack, taker, progress, reason }) => [
      name,
      phase,
      String(fromRacks),
      String(toRacks),
      taker === null ? (rack ?? "") : `${rack} to ${taker}`,
      (progress?.reason ?? reason).text,
    ]),
  );
}

/** What waits for people, why it is asked, and what happens if nobody answers. */
function questions({ decisions }: DecisionsAnswer): readonly string[] {
  const pending = decisions.filter(({ phase }) => phase === "Pending");
  return pending.map((decision) => {
    const { name, fleet, approvals, requiredApprovals, expiresAtSeconds, onExpiry } = decision;
    const [namespace = ""] = fleet.split("/");
    const until = new Date(expiresAtSeconds * 1000).toISOString();
    const silence = onExpiry === "Proceed" ? "goes ahead" : "is dropped";
    const given = approvals.filter(({ verdict }) => verdict === "Approve").length;
    return (
      `${name} waits for people: ${given} of ${requiredApprovals} have approved; unanswered it ` +
      `${silence} at ${until}. ${decision.reason.text}\n` +
      `  kubectl breakwater approve ${name} -n ${namespace} --show`
    );
  });
}

/** Overrides in force, each said once for each fleet. */
function overridden({ fleets }: FleetsAnswer): readonly string[] {
  return fleets.flatMap(({ fleet, overrides }) =>
    overrides.map((override) => {
      const { name, pauseOut, pauseIn, floorRacks, ceilingRacks, untilSeconds, reason } = override;
      const by = override.by === undefined ? "" : `, says ${override.by}`;
      const does = [
        ...(pauseOut ? ["pauses growth"] : []),
        ...(pauseIn ? ["pauses scale-in"] : []),
        ...(floorRacks === null ? [] : [`holds at least ${floorRacks} racks`]),
        ...(ceilingRacks === null ? [] : [`allows at most ${ceilingRacks} racks`]),
        ...(override.breakGlass === true ? ["lifts racks.max (glass broken)"] : []),
      ];
      const until = new Date(untilSeconds * 1000).toISOString();
      return `${fleet}: FleetOverride ${name} ${does.join(", ")} until ${until}${by}: ${reason}`;
    }),
  );
}
