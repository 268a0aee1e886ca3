import { describe, expect, it } from "vitest";
import { observeWorld } from "../../src/controller/observe.ts";
import { reportOverrides, reportUndecided, writeStatuses } from "../../src/controller/report.ts";
import { reason } from "../../src/core/reasons.ts";
import { after, millis, rackCount } from "../../src/core/units.ts";
import { PortError } from "../../src/ports/errors.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { withFleet } from "../support/builders/edits.ts";
import { NOW, aGroupObservation, anOverride } from "../support/builders/observed.ts";
import { ModelCluster } from "../support/model/cluster.ts";
import { fleetDecided, poolDecided } from "../support/reports/report.ts";

const group = aSmallGroup();
const decision = {
  at: NOW,
  group: "gb200-east",
  fleets: [fleetDecided()],
  pools: [poolDecided()],
  progress: [],
  plan: [],
};

const failing = (call: string) => ({
  before: (name: string) => {
    if (name === call) throw new PortError("forbidden", "not allowed (403)");
  },
  after: () => {},
});

describe("statuses", () => {
  it("are written to fleets and pools, with what is wrong with the fleet", async () => {
    const cluster = new ModelCluster(group);
    const problem = reason("not-a-consumer", "spec.pools[0]");
    const observation = withFleet({ problems: [problem] })(aGroupObservation());
    await writeStatuses(cluster.ports(), group, { decision, observation });
    expect(cluster.fleetStatuses[0]?.conditions[0]).toMatchObject({
      type: "Ready",
      status: "False",
      message: problem.text,
    });
    expect(cluster.poolStatuses).toMatchObject([{ desiredRacks: 5 }]);
  });

  it("that cannot be written are told, and the others are written", async () => {
    const cluster = new ModelCluster(group);
    cluster.interruption = failing("store.writeFleetStatus");
    await writeStatuses(cluster.ports(), group, { decision, observation: aGroupObservation() });
    expect(cluster.poolStatuses).toHaveLength(1);
    expect(cluster.failures).toEqual([
      { what: "agents/coder", code: "forbidden", message: "writing status: not allowed (403)" },
    ]);
  });

  it("are not written past the lease deadline (INV-13)", async () => {
    const cluster = new ModelCluster(group);
    cluster.mayWrite = false;
    await writeStatuses(cluster.ports(), group, { decision, observation: aGroupObservation() });
    expect(cluster.calls).toEqual([]);
  });
});

describe("objects that no group decides on are reported on themselves", () => {
  const reported = async (cluster: ModelCluster) => {
    const ports = cluster.ports();
    await reportUndecided(ports, await observeWorld(ports, NOW));
    return cluster.broken;
  };

  it("those that could not be compiled", async () => {
    const cluster = new ModelCluster(group);
    const broken = { kind: "RackPool", namespace: "", name: "x" } as const;
    cluster.desired = { broken: [{ ...broken, message: "spec.rack.nodes: found 0" }] };
    expect(await reported(cluster)).toEqual(["spec.rack.nodes: found 0"]);
  });

  it("fleets none of whose pools exists: what is named, what to do", async () => {
    const lost = aSmallFleet({
      key: "agents/lost",
      name: "lost",
      pools: aSmallFleet().pools.map((pool) => ({ ...pool, name: "nowhere" })),
    });
    const cluster = new ModelCluster({ ...group, fleets: [...group.fleets, lost] });
    const [message] = await reported(cluster);
    expect(message).toContain("InferenceFleet agents/lost: spec.pools names nowhere");
    expect(message).toContain("Create it, or name one that exists");
  });

  it("and each override says whether it is in force", async () => {
    const cluster = new ModelCluster(group);
    const said = (name: string, ceilingRacks: number) => ({
      fleet: "agents/coder" as const,
      namespace: "agents",
      override: anOverride({
        name,
        until: after(NOW, millis(1)),
        ceilingRacks: rackCount(ceilingRacks),
        floorRacks: null,
        pauseOut: false,
        pauseIn: false,
      }),
    });
    cluster.desired = { overrides: [said("lower", 3), said("higher", 5)] };
    const ports = cluster.ports();
    await reportOverrides(ports, await observeWorld(ports, NOW));
    expect(cluster.overrideStandings).toEqual(["lower InForce", "higher Superseded"]);
  });

  it("and nothing where there are none", async () => {
    expect(await reported(new ModelCluster(group))).toEqual([]);
  });
});
