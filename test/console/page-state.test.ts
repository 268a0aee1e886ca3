import { describe, expect, it } from "vitest";
import { createView } from "../../src/adapters/http/view.ts";
import type { ApiEvent } from "../../src/api/events.ts";
import { decodeEvent } from "../../src/console/event-decoder.ts";
import {
  applyEvent,
  applyHistory,
  latestSeconds,
  NOTHING_YET,
} from "../../src/console/page-state.ts";
import { aFleet, aGroup } from "../support/reports/compiled.ts";
import { START } from "../support/reports/observed.ts";
import { aReport, fleetDecided, poolDecided } from "../support/reports/report.ts";
import { surgeTick } from "../support/reports/surge.ts";

/** A server's view and the events that it sends, as the page decodes them. */
function aSource() {
  const view = createView();
  const events: ApiEvent[] = [];
  view.subscribe(({ json }) => events.push(decodeEvent(json)));
  return { view, events };
}

describe("what the page knows", () => {
  it("is the same by ticks as by a snapshot and the history", () => {
    const { view, events } = aSource();
    for (let tick = 0; tick < 260; tick += 1) view.tick(surgeTick(tick));
    const byTicks = events.reduce(applyEvent, NOTHING_YET);
    const [opening] = view.opening(null);
    const snapshot = applyEvent(NOTHING_YET, decodeEvent(opening?.json ?? ""));
    const bySnapshot = applyHistory(snapshot, view.history());
    expect(bySnapshot).toEqual(byTicks);
  });

  it("keeps points that ticks brought while the history was on its way", () => {
    const { view, events } = aSource();
    for (let tick = 0; tick < 10; tick += 1) view.tick(surgeTick(tick));
    const fetched = view.history();
    for (let tick = 10; tick < 20; tick += 1) view.tick(surgeTick(tick));
    const byTicks = events.slice(10).reduce(applyEvent, NOTHING_YET);
    const points = applyHistory(byTicks, fetched).history.get("agents/coder");
    expect(points?.map(({ atSeconds }) => atSeconds - START / 1_000)).toEqual([
      0, 60, 120, 180, 240,
    ]);
    expect(points?.at(-1)).toEqual(view.history().fleets[0]?.points.at(-1));
  });

  it("drops fleets that left, and whole groups", () => {
    const { view, events } = aSource();
    const group = aGroup({ fleets: [aFleet("coder"), aFleet("writer")] });
    const decided = [fleetDecided(), fleetDecided({ fleet: "agents/writer" })];
    view.tick(aReport({ group, decided }));
    view.tick(aReport());
    expect(events.reduce(applyEvent, NOTHING_YET).fleets.map(({ fleet }) => fleet)).toEqual([
      "agents/coder",
    ]);
    view.forget("gb200-east");
    expect(events.reduce(applyEvent, NOTHING_YET)).toMatchObject({
      fleets: [],
      pools: [],
      groups: [],
    });
  });

  it("forgets a failure of nothing known once a tick succeeds", () => {
    const { view, events } = aSource();
    view.tickFailed("world", "unreachable", "listing nodes");
    expect(events.reduce(applyEvent, NOTHING_YET).groups).toHaveLength(1);
    view.tick(aReport());
    const { groups } = events.reduce(applyEvent, NOTHING_YET);
    expect(groups).toEqual(view.fleets().groups);
  });

  it("does not depend on which group ticked last", () => {
    const west = aGroup({ name: "gb200-west", fleets: [aFleet("writer")], pools: [] });
    const reports = [
      aReport(),
      aReport({ group: west, pools: [], decided: [fleetDecided({ fleet: "agents/writer" })] }),
    ];
    const shown = [reports, reports.toReversed()].map((order) => {
      const { view, events } = aSource();
      for (const report of order) view.tick(report);
      return events.reduce(applyEvent, NOTHING_YET).fleets;
    });
    expect(shown[0]).toEqual(shown[1]);
  });

  it("keeps a group's racks while its ticks fail, and says so", () => {
    const { view, events } = aSource();
    view.tick(aReport({ pools: [poolDecided()] }));
    view.tickFailed("gb200-east", "timeout", "no answer");
    const state = events.reduce(applyEvent, NOTHING_YET);
    expect(state.groups[0]?.failure?.code).toBe("timeout");
    expect(state.pools[0]?.racks).toHaveLength(5);
    expect(latestSeconds(state)).toBe(START / 1_000);
  });
});
