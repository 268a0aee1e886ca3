/** What `status` prints of a running controller. */
import type { DecisionsAnswer, FleetsAnswer, PoolsAnswer } from "../../api/envelopes.ts";
import { inPercent } from "../../core/in-percent.ts";
import { table } from "../table.ts";
import { arrivals, inMinutes } from "./arrivals-text.ts";

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
    ...lastTick(fleets),
    fleetTable(fleets),
    poolTable(pools),
    ...arrivals(pools),
    openDecisions(decisions),
    ...questions(decisions),
    ...overridden(fleets),
    ...failing,
  ].join("\n\n");
}

/** When it was decided, and when it will be next. */
function lastTick({ groups }: FleetsAnswer): readonly string[] {
  const [latest] = groups.toSorted((a, b) => (b.atSeconds ?? 0) - (a.atSeconds ?? 0));
  if (latest === undefined || latest.atSeconds === null) return [];
  const { atSeconds, everySeconds } = latest;
  const next =
    everySeconds === undefined ? "" : `; it decides again at ${clock(atSeconds + everySeconds)}`;
  return [`Decided at ${instant(atSeconds)}${next}.`];
}

const instant = (atSeconds: number): string =>
  new Date(Math.round(atSeconds) * 1_000).toISOString().replace(".000Z", "Z");
const clock = (atSeconds: number): string => instant(atSeconds).slice(11);

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
    const left = expiresAtSeconds - decision.createdAtSeconds - decision.ageSeconds;
    const until = `${instant(expiresAtSeconds)}, in ${inMinutes(Math.max(0, left))}`;
    const silence = onExpiry === "Proceed" ? "goes ahead" : "is dropped";
    const given = approvals.filter(({ verdict }) => verdict === "Approve").length;
    return [
      `${name} waits for people: ${given} of ${requiredApprovals} have approved; unanswered it ` +
        `${silence} at ${until}. ${decision.reason.text}`,
      `  ${changes(decision)}${brings(decision)}`,
      `  kubectl breakwater approve ${name} -n ${namespace} --show`,
    ].join("\n");
  });
}

type Asked = DecisionsAnswer["decisions"][number];

function changes({ direction, fromRacks, toRacks, rack, taker, maxUsdPerHour }: Asked): string {
  const cost =
    maxUsdPerHour === undefined || maxUsdPerHour === null
      ? ""
      : `; racks above the commitment then cost up to $${maxUsdPerHour.toFixed(2)} an hour`;
  if (direction === "Out") return `From ${fromRacks} to at most ${toRacks} racks${cost}.`;
  if (direction === "In") return `From ${fromRacks} to ${toRacks} racks, without ${rack ?? "one"}.`;
  return `${direction} of rack ${rack ?? "?"}${taker === null ? "" : `, to ${taker}`}.`;
}

/** Counts above those wanted by now are not predicted. */
function brings({ attainmentIfDone: done = null, attainmentIfNot: not = null }: Asked): string {
  const inside = "of turns inside every objective";
  if (done !== null) return ` If done, ${percent(done)} ${inside}; if not, ${percent(not)}.`;
  return not === null ? "" : ` As it stands now, ${percent(not)} ${inside} without it.`;
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
