/** What another policy would have decided, for people. */
import type { DayComparison, Episode, PolicyReplay, Side } from "../studies/replay-policy.ts";
import { table } from "./table.ts";

/** More is in the JSON. */
const EPISODES_SHOWN = 20;

export function policyReplayText(result: PolicyReplay): string {
  const { records, decided, withoutMemory, refused, firstRefusal, episodes, days } = result;
  const skipped = withoutMemory > 0 ? `, ${withoutMemory} before the first keyframe` : "";
  const broken = refused > 0 ? [`${refused} broke an invariant, first ${firstRefusal ?? ""}`] : [];
  return [
    `${records} records, ${decided} decided by the proposed policy${skipped}`,
    OPEN_LOOP,
    ...broken,
    "",
    ...byDay(days),
    "",
    ...sideBySide(episodes),
  ].join("\n");
}

const OPEN_LOOP =
  "Open loop: on what was observed, which came of the policy that acted. Nothing here says what\n" +
  "would have come of acting otherwise; `breakwater evaluate` simulates that.";

function byDay(days: readonly DayComparison[]): readonly string[] {
  const header = [
    "day",
    "fleet",
    "decisions",
    "differ",
    "rack-hours",
    "proposed",
    "peak",
    "proposed",
  ];
  const rows = days.map((each) => [
    each.day,
    each.fleet,
    String(each.decisions),
    String(each.differing),
    each.recordedRackHours.toFixed(1),
    each.proposedRackHours.toFixed(1),
    String(each.recordedPeak),
    String(each.proposedPeak),
  ]);
  return ["Racks wanted, by day (UTC):", table(header, rows)];
}

function sideBySide(episodes: readonly Episode[]): readonly string[] {
  const [first] = episodes;
  if (first === undefined) return ["Every decision is the same."];
  const rows = episodes
    .slice(0, EPISODES_SHOWN)
    .map(({ from, decisions, fleet, heldRacks, line, recorded, proposed }) => [
      new Date(from).toISOString(),
      String(line),
      fleet,
      String(decisions),
      String(heldRacks),
      sideText(recorded),
      sideText(proposed),
    ]);
  const header = ["from", "line", "fleet", "decisions", "held", "recorded", "proposed"];
  const more = episodes.length - EPISODES_SHOWN;
  return [
    `They differ first at line ${first.line}, ${new Date(first.from).toISOString()}:`,
    table(header, rows),
    ...(more > 0 ? [`and ${more} more: --format json has all`] : []),
  ];
}

const sideText = ({ outcome, wantedRacks, targetRacks, code }: Side): string =>
  `${outcome} want ${wantedRacks} target ${targetRacks} (${code})`;
