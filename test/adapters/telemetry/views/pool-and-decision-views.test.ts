import { describe, expect, it } from "vitest";
import { decisionViews } from "../../../../src/adapters/telemetry/views/decision-views.ts";
import { poolViews } from "../../../../src/adapters/telemetry/views/pool-views.ts";
import { reason } from "../../../../src/core/reasons.ts";
import { after, millis, rackCount, ratio, usdPerHour } from "../../../../src/core/units.ts";
import { FENCE, aFencedRack, aLentRack, someTerms } from "../../../support/builders/loans.ts";
import { aGroup, aPool } from "../../../support/reports/compiled.ts";
import { anIntent, START } from "../../../support/reports/observed.ts";
import { aReport, poolDecided, rackOf } from "../../../support/reports/report.ts";

describe("the view of a pool", () => {
  it("shows each rack with its nodes, its user and what is cordoned", () => {
    const racks = [
      rackOf("domain-a", "Serving", { readyNodes: 15, degraded: true }),
      rackOf("domain-b", "Draining"),
    ];
    const [view] = poolViews(aReport({ pools: [poolDecided(racks)] }));
    expect(view?.racks).toEqual([
      { ...racks[0], cordonedNodes: 0 },
      { ...racks[1], cordonedNodes: 18 },
    ]);
    expect(view?.racksByPhase).toMatchObject({ Serving: 1, Draining: 1, Joining: 0 });
  });

  it("shows what the caches of a rack serve, where every engine of it is shown", () => {
    const report = aReport();
    const pods = ["p0", "p1"].map((name) => ({
      namespace: "agents",
      name,
      uid: name,
      node: "n",
      fleet: "agents/coder" as const,
      role: "Aggregated" as const,
      ready: true,
      readySince: START,
      terminating: false,
    }));
    const reading = {
      role: "Aggregated" as const,
      waitingTurns: 0,
      kvUsage: ratio(0.5),
      kvTokens: 1,
    };
    const shown = (names: readonly string[]) => {
      const engines = names.map((pod) => ({ ...reading, pod, cachedTokensPerSecond: 700 }));
      const { pools, fleets } = report.observation;
      const observation = {
        ...report.observation,
        pools: pools.map((pool) => ({
          ...pool,
          racks: pool.racks.map((rack, index) => (index === 0 ? { ...rack, pods } : rack)),
        })),
        fleets: fleets.map((fleet) => ({ ...fleet, engines })),
      };
      const [view] = poolViews({ ...report, observation });
      return view?.racks.map(({ cachedTokensPerSecond }) => cachedTokensPerSecond);
    };
    expect(shown(["p0", "p1"])?.slice(0, 2)).toEqual([1_400, undefined]);
    expect(shown(["p0"])?.[0]).toBeUndefined();
  });

  it("shows racks to come, which are stuck, how long steps take, and foreign nodes", () => {
    const stuck = {
      step: "boot" as const,
      waitedMs: 90_000,
      p99Ms: 60_000,
      nodes: ["n1"],
      text: "t",
    };
    const seen = { step: "boot", waitedSeconds: 90, p99Seconds: 60, nodes: ["n1"], text: "t" };
    const time = { p50Ms: 60_000, p95Ms: 90_000, p99Ms: 120_000 };
    const decided = poolDecided([rackOf("a", "Joining", { stuck })], {
      awaited: [{ phase: "Requested", waitedMs: 5_000 }],
      steps: [{ step: "boot", fleet: null, measured: 3, ...time }],
      problems: [reason("foreign-nodes")],
    });
    const foreign = [{ domain: "d", nodes: ["n7", "n8"], pools: ["gb200-west"] }];
    const pool = { name: "gb200-east", count: null, refusals: [], racks: [], foreign };
    const [view] = poolViews(aReport({ pools: [decided], observedPools: [pool] }));
    expect(view).toMatchObject({
      racks: [{ id: "a", stuck: seen }],
      awaited: [{ phase: "Requested", waitedSeconds: 5 }],
      steps: [{ step: "boot", p50Seconds: 60, p95Seconds: 90, p99Seconds: 120, measured: 3 }],
      problems: [{ code: "foreign-nodes" }],
      foreignNodes: ["n7", "n8"],
    });
  });

  it("shows the terms of its loan, what is lent, and until when", () => {
    const loan = someTerms();
    const base = aGroup();
    const group = { ...base, pools: base.pools.map((pool) => ({ ...pool, loan })) };
    const lent = aLentRack("a", { node: { lentAt: START } });
    const racks = [lent, aFencedRack("b")];
    const pool = { name: "gb200-east", count: null, refusals: [], racks };
    const decided = poolDecided([rackOf("a", "Loaned"), rackOf("b", "Idle")]);
    const [view] = poolViews({
      ...aReport({ pools: [decided], observedPools: [pool] }),
      group,
    });
    expect(view?.loan).toEqual({
      maxRacks: 2,
      lentRacks: 1,
      fenceTaint: FENCE,
      graceSeconds: 120,
      minTenureSeconds: 7_200,
    });
    expect(view?.racks.map(({ lentUntilSeconds }) => lentUntilSeconds)).toEqual([
      START / 1_000 + 7_200,
      undefined,
    ]);
  });

  it("shows no count where the object could not be read, and says why", () => {
    const refusal = {
      code: "pool-refused",
      text: "nodepool/gb200-east: spec.autoscaling",
    } as const;
    const pool = { name: "gb200-east", count: null, refusals: [refusal], racks: [] };
    const [view] = poolViews(
      aReport({ pools: [poolDecided([], { desiredRacks: null })], observedPools: [pool] }),
    );
    expect(view).toMatchObject({ desiredRacks: null, currentRacks: null, refusals: [refusal] });
  });

  it("leaves out a pool that was not observed", () => {
    const group = aGroup({ pools: [aPool(), aPool("gb200-west")] });
    expect(poolViews(aReport({ group })).map(({ pool }) => pool)).toEqual(["gb200-east"]);
  });
});

describe("the view of decisions", () => {
  const now = after(START, millis(90_000));

  it("is newest first, with ages in seconds and where each stands", () => {
    const intents = [
      anIntent("out-1", { phase: "Done" }),
      anIntent("in-2", {
        direction: "In",
        fromRacks: rackCount(7),
        toRacksAtMost: rackCount(6),
        rack: "domain-e",
        createdAt: after(START, millis(60_000)),
      }),
    ];
    const about = { intent: "in-2", pool: "gb200-east", fleet: "agents/coder" } as const;
    const progress = [{ ...about, state: "Waiting", reason: reason("drain-blocked") } as const];
    const views = decisionViews(aReport({ now, intents, progress }));
    expect(views.map(({ name, ageSeconds, open }) => ({ name, ageSeconds, open }))).toEqual([
      { name: "in-2", ageSeconds: 30, open: true },
      { name: "out-1", ageSeconds: 90, open: false },
    ]);
    expect(views[0]).toMatchObject({ fromRacks: 7, toRacks: 6, rack: "domain-e" });
    expect(views[0]?.progress).toEqual({ state: "Waiting", reason: reason("drain-blocked") });
    expect(views[1]?.progress).toBeNull();
  });

  it("shows of one that waits what a yes costs and brings", () => {
    const asked = {
      fromRacks: rackCount(5),
      toRacksAtMost: rackCount(7),
      maxUsdPerHour: usdPerHour(756),
    };
    const [pending] = decisionViews(
      aReport({ now, intents: [anIntent("out-1", { ...asked, phase: "Pending" })] }),
    );
    const curve = aReport({ now }).decision.fleets[0]?.want.curve ?? [];
    const at = (racks: number) => curve.find((point) => point.racks === racks)?.attainment;
    expect(at(7)).toBeGreaterThan(0);
    expect(pending).toMatchObject({
      maxUsdPerHour: 756,
      attainmentIfDone: at(7),
      attainmentIfNot: at(5),
    });
    const [done] = decisionViews(
      aReport({ now, intents: [anIntent("out-1", { ...asked, phase: "Done" })] }),
    );
    expect(done).not.toHaveProperty("attainmentIfDone");
  });

  it("orders two of one instant by name", () => {
    const intents = [anIntent("out-1"), anIntent("out-2")];
    const names = decisionViews(aReport({ now, intents })).map(({ name }) => name);
    expect(names).toEqual(["out-2", "out-1"]);
  });
});
