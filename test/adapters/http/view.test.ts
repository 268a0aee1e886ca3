import { describe, expect, it } from "vitest";
import { createView } from "../../../src/adapters/http/view.ts";
import { after, millis } from "../../../src/core/units.ts";
import { aFleet, aGroup } from "../../support/reports/compiled.ts";
import { anIntent, START } from "../../support/reports/observed.ts";
import { aReport, fleetDecided } from "../../support/reports/report.ts";
import { surgeTick } from "../../support/reports/surge.ts";

describe("the view", () => {
  it("shows the newest tick of each group", () => {
    const view = createView();
    for (const tick of [0, 1, 2]) view.tick(surgeTick(tick));
    expect(view.fleets().fleets.map(({ atSeconds }) => atSeconds)).toEqual([START / 1_000 + 30]);
    expect(view.pools().pools).toHaveLength(1);
  });

  it("keeps what it knew beside a failed tick, until one succeeds", () => {
    const view = createView();
    view.tick(surgeTick(0));
    view.tickFailed("gb200-east", "timeout", "no answer");
    expect(view.fleets().groups[0]?.failure).toEqual({ code: "timeout", message: "no answer" });
    expect(view.fleets().fleets).toHaveLength(1);
    view.tick(surgeTick(1));
    expect(view.fleets().groups[0]?.failure).toBeNull();
  });

  it("shows a failure about a fleet or a pool at its group, until the next tick", () => {
    const view = createView();
    view.tick(surgeTick(0));
    view.tickFailed("agents/coder", "conflict", "writing status: changed meanwhile");
    expect(view.fleets().groups).toMatchObject([
      {
        group: "gb200-east",
        failure: { message: "agents/coder: writing status: changed meanwhile" },
      },
    ]);
    view.tick(surgeTick(1));
    expect(view.fleets().groups).toMatchObject([{ group: "gb200-east", failure: null }]);
  });

  it("shows a failure about nothing known by its name, until a tick succeeds", () => {
    const view = createView();
    view.tickFailed("world", "unreachable", "listing nodes");
    expect(view.fleets().groups).toMatchObject([{ group: "world", atSeconds: null }]);
    view.tick(surgeTick(0));
    expect(view.fleets().groups.map(({ group }) => group)).toEqual(["gb200-east"]);
  });

  it("drops a fleet that left, with its history", () => {
    const view = createView();
    const group = aGroup({ fleets: [aFleet("coder"), aFleet("writer")] });
    view.tick(
      aReport({ group, decided: [fleetDecided(), fleetDecided({ fleet: "agents/writer" })] }),
    );
    expect(view.history().fleets).toHaveLength(2);
    view.tick(aReport());
    expect(view.history().fleets.map(({ fleet }) => fleet)).toEqual(["agents/coder"]);
    view.forget("gb200-east");
    expect(view.history().fleets).toEqual([]);
  });

  it("remembers decisions after the controller has stopped seeing them, and ages them", () => {
    const view = createView();
    view.tick(aReport({ intents: [anIntent("out-1", { phase: "Done" })] }));
    view.tick(aReport({ now: after(START, millis(600_000)) }));
    expect(view.decisions().decisions).toMatchObject([{ name: "out-1", ageSeconds: 600 }]);
  });

  it("tells every subscriber the same, once, until they leave", () => {
    const view = createView();
    const [first, second]: [string[], string[]] = [[], []];
    const leave = view.subscribe(({ json }) => first.push(json));
    view.subscribe(({ json }) => second.push(json));
    view.tick(surgeTick(0));
    leave();
    view.tick(surgeTick(1));
    expect([first.length, second.length]).toEqual([1, 2]);
    expect(first[0]).toBe(second[0]);
  });
});
