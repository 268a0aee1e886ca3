/**
 * A fleet's life on real parts: kube-apiserver, Prometheus, HTTP; the controller as a process of
 * its own with the rights of the chart. The test plays the provider, the workload and its engines.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FleetView } from "../../src/api/fleet-view.ts";
import type { Decision } from "../../src/core/decision.ts";
import type { DecisionRecord } from "../../src/core/record.ts";
import type { ControllerProcess } from "../support/cluster-world/controller-process.ts";
import { residentMb, startController } from "../support/cluster-world/controller-process.ts";
import { redecide } from "../support/cluster-world/redecide.ts";
import { runCommand } from "../support/cluster-world/command.ts";
import { poolName } from "../support/cluster-world/fleet-objects.ts";
import {
  type FleetWorld,
  type NodePool,
  startFleetWorld,
} from "../support/cluster-world/fleet-world.ts";
import { handInputOf, racksByHand } from "../support/cluster-world/racks-by-hand.ts";
import { RELEASE_NAMESPACE } from "../support/chart.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { HopelessError, untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm", "prometheus", "node-24"]);
const NAMESPACE = "agents";
/** Three fleets, each with its own pool, its own engines and its own rise of load. */
const FLEETS = [
  { app: "alpha", quiet: 1, busy: 6 },
  { app: "beta", quiet: 1, busy: 9 },
  { app: "gamma", quiet: 1, busy: 12 },
] as const;
const MINUTES = 60_000;

const opensGrowth = ({ plan }: Decision): boolean =>
  plan.some((action) => action.kind === "OpenIntent" && action.intent.direction === "Out");

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

function conditionIn(json: string, type: string): Condition | undefined {
  const object: { status?: { conditions?: readonly Condition[] } } = JSON.parse(json);
  return object.status?.conditions?.find((entry) => entry.type === type);
}

/** p95 of TTFT in seconds as the record's observation has it. */
function ttftP95Of(record: DecisionRecord | undefined): number {
  const reading = record?.observation.fleets[0]?.signals.ttftP95;
  return reading?.kind === "value" ? reading.value : Number.NaN;
}

const readiness = async ({ url }: ControllerProcess): Promise<true | string> => {
  const answer = await fetch(`${url}/readyz`);
  return answer.ok || answer.text();
};

/** Mean of the tick's duration, from the controller's own metrics. */
async function tickSeconds({ url }: ControllerProcess): Promise<string> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (suffix: string): number =>
    Number(new RegExp(`^breakwater_tick_duration_seconds_${suffix} (\\S+)`, "m").exec(text)?.[1]);
  return (read("sum") / read("count")).toFixed(4);
}

describe.skipIf(missing !== "")(`a fleet's life on a real control plane ${missing}`, () => {
  let world: FleetWorld;
  let leader: ControllerProcess;
  let standby: ControllerProcess;
  let quietUntil = 0;
  /** What each pool was asked for when its load rose. */
  const grownTo = new Map<string, number>();

  beforeAll(async () => {
    world = await startFleetWorld(FLEETS, NAMESPACE);
    leader = await controllerNamed("breakwater-0");
    await untilTrue("the first controller to be ready", async () => readiness(leader));
    standby = await controllerNamed("breakwater-1");
    await untilTrue("the standby to be ready", async () => readiness(standby));
  }, 3 * MINUTES);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    console.error(await world.everything());
    for (const { app } of FLEETS) console.error(lastDecisionOf(app));
  });
  afterAll(() => world?.stop());

  const controllerNamed = (identity: string): Promise<ControllerProcess> =>
    startController({
      plane: world.plane,
      group: world.group,
      identity,
      prometheusUrl: world.prometheus.url,
      decisionLog: world.decisionLog,
    });
  const nodePool = (app: string): Promise<NodePool> => world.nodePool(app);

  const records = (): readonly DecisionRecord[] => world.records();

  /** The record that opened a pool's first growth. */
  const growthOf = (app: string): DecisionRecord | undefined =>
    records().find(({ group, decision }) => group === poolName(app) && opensGrowth(decision));

  /** What was decided last for a fleet, and why, for whoever reads a failure. */
  const lastDecisionOf = (app: string): string => {
    const record = records().findLast(({ group }) => group === poolName(app));
    if (record === undefined) return `${app}: no decision`;
    const { fleets, plan, progress } = record.decision;
    const told = fleets.map(({ outcome, reasons, want }) => ({ outcome, reasons, want }));
    return `${app}: ${JSON.stringify({ told, plan, progress })}`;
  };

  /** The newest record of a pool from before its load rose. */
  const quietRecordOf = (app: string): DecisionRecord | undefined =>
    records().findLast(({ group, index }) => group === poolName(app) && index < quietUntil);

  const fleetView = async (
    from: ControllerProcess,
    app: string,
  ): Promise<FleetView | undefined> => {
    const { fleets } = await from.fleets();
    return fleets.find(({ fleet }) => fleet === `${NAMESPACE}/${app}`);
  };
  const condition = async (app: string, type: string) => {
    const fleet = ["get", "inferencefleet", app, "-n", NAMESPACE, "-o", "json"];
    return conditionIn(await world.plane.mustKubectl(fleet), type);
  };
  const phaseOf = (decision: string): Promise<string> =>
    world.plane.mustKubectl([
      "get",
      "scaledecision",
      decision,
      "-n",
      NAMESPACE,
      "-o",
      "jsonpath={.status.phase}",
    ]);
  const leaseHolder = (): Promise<string> =>
    world.plane.mustKubectl([
      "get",
      "lease",
      "breakwater",
      "-n",
      RELEASE_NAMESPACE,
      "-o",
      "jsonpath={.spec.holderIdentity}",
    ]);

  it("holds one rack each while the load is low", async () => {
    for (const { app } of FLEETS) {
      await untilTrue(
        `${app} to serve on one rack with trusted signals`,
        async () => {
          const view = await fleetView(leader, app);
          const settled = view?.racks.serving === 1 && view.shrinkHold === null;
          const rate = view?.forecast?.observed ?? 0;
          return (settled && rate > 0.5 && rate < 2) || { racks: view?.racks, rate };
        },
        { timeoutMs: 4 * MINUTES },
      );
    }
    for (const { app } of FLEETS) expect((await nodePool(app)).spec.targetRacks).toBe(1);
  });

  it("asks for the racks worked out by hand, at three loads, in one guarded patch", async () => {
    quietUntil = records().length;
    for (const { app, busy } of FLEETS) world.exporters.get(app)?.setTurnsPerSecond(busy);
    for (const { app } of FLEETS) {
      await untilTrue(
        `${app} to ask for more racks`,
        async () => {
          const pool = await nodePool(app);
          return pool.spec.targetRacks > 1 || pool;
        },
        { timeoutMs: 4 * MINUTES },
      );
      const record = growthOf(app);
      const input = record && handInputOf(record);
      if (!input) throw new Error(`${app}: no record opened the growth`);
      const expected = racksByHand(input, 8);
      const pool = await nodePool(app);
      const latency = [quietRecordOf(app), record].map(ttftP95Of);
      expect(latency[1], `${app}: p95 TTFT before and at the growth`).toBeGreaterThan(
        latency[0] ?? Number.NaN,
      );
      console.log(`${app}: ${input.turnsPerSecond.toFixed(1)} turns/s → ${expected} racks`);
      // Opened for at most so many, carried out a tick later with as many as are wanted then.
      const { targetRacks } = pool.spec;
      expect([expected, expected - 1], `${app} at ${JSON.stringify(input)}`).toContain(targetRacks);
      expect(pool.metadata.generation, "one write of the specification").toBe(2);
      grownTo.set(app, targetRacks);
    }
    const asked = await Promise.all(FLEETS.map(async ({ app }) => (await nodePool(app)).spec));
    expect(new Set(asked.map(({ targetRacks }) => targetRacks)).size).toBeGreaterThan(1);
  });

  it("sees the racks arrive, join and serve", async () => {
    for (const { app } of FLEETS) {
      const { targetRacks } = (await nodePool(app)).spec;
      await untilTrue(
        `${app} to serve on ${targetRacks} racks`,
        async () => {
          const view = await fleetView(leader, app);
          return view?.racks.serving === targetRacks || view?.racks;
        },
        { timeoutMs: 3 * MINUTES },
      );
    }
    const status = await world.plane.mustKubectl(["get", "rackpools"]);
    console.log(status);
  });

  it("holds while the metrics are out, and says so on the fleet", async () => {
    const { app } = FLEETS[0];
    const before = (await nodePool(app)).metadata.generation;
    world.exporters.get(app)?.setOutage(true);
    world.exporters.get(app)?.setTurnsPerSecond(0);
    await untilTrue("the fleet to distrust its signals", async () => {
      const status = await condition(app, "SignalsTrusted");
      return status?.status === "False" || status;
    });
    // Longer than the stabilisation window: only the missing signals can hold it now.
    const heldSince = records().length;
    await untilTrue(
      "a whole stabilisation window of held ticks",
      async () => records().length - heldSince > 60 * FLEETS.length || records().length,
      { timeoutMs: 3 * MINUTES },
    );
    expect((await nodePool(app)).metadata.generation).toBe(before);
    world.exporters.get(app)?.setOutage(false);
    await untilTrue("the fleet to trust its signals again", async () => {
      const status = await condition(app, "SignalsTrusted");
      return status?.status === "True" || status;
    });
  });

  it("gives back one rack at a time when the load falls, the emptied one", async () => {
    const { app } = FLEETS[2];
    // The busy load's own ups and downs may have begun it before; the next is ten minutes off.
    const lowered = (grownTo.get(app) ?? Number.NaN) - 1;
    world.exporters.get(app)?.setTurnsPerSecond(1);
    await untilTrue(
      "the count to be lowered by exactly one",
      async () => {
        const { targetRacks } = (await nodePool(app)).spec;
        if (targetRacks < lowered) throw new HopelessError(`${targetRacks} racks are asked for`);
        return targetRacks === lowered || targetRacks;
      },
      { timeoutMs: 4 * MINUTES },
    );
    const lowering = records().find(
      ({ group, decision }) =>
        group === poolName(app) &&
        decision.plan.some((action) => action.kind === "SetCount" && action.to < action.from),
    );
    const intent = lowering?.observation.intents.find(({ direction }) => direction === "In");
    const rack = lowering?.observation.pools[0]?.racks.find(({ id }) => id === intent?.rack);
    expect(rack?.nodes.every(({ cordoned }) => cordoned)).toBe(true);
    expect(rack?.pods).toEqual([]);
    await untilTrue("that rack, and no other, to have left", async () => {
      const left = world.providers.get(app)?.history.filter((entry) => entry.startsWith("-"));
      return left?.[0] === `-${intent?.rack}` || left;
    });
    await untilTrue("the decision to be done", async () => {
      const phase = await phaseOf(intent?.name ?? "");
      return phase === "Done" || phase;
    });
  });

  it("holds to a foreign edit as onForeignWrite says, and reports it", async () => {
    const { app } = FLEETS[1];
    const { targetRacks } = (await nodePool(app)).spec;
    const edit = JSON.stringify({ spec: { targetRacks: targetRacks + 1 } });
    const pool = poolName(app);
    await world.plane.mustKubectl(["patch", "nodepool", pool, "--type=merge", "-p", edit]);
    await untilTrue("the pool to report the foreign write", async () => {
      const json = await world.plane.mustKubectl(["get", "rackpool", pool, "-o", "json"]);
      const found = conditionIn(json, "Scalable");
      return found?.reason === "ForeignWrite" || found;
    });
    const held = (await nodePool(app)).metadata.generation;
    await untilTrue("the hold to end after its 20 s", async () => {
      const json = await world.plane.mustKubectl(["get", "rackpool", pool, "-o", "json"]);
      expect((await nodePool(app)).metadata.generation).toBe(held);
      const found = conditionIn(json, "Scalable");
      return found?.status === "True" || found;
    });
    const events = await world.plane.mustKubectl(["get", "events", "-A"]);
    expect(events).toContain("ForeignWrite");
  });

  it("is paused and resumed from the command line, shown wherever the fleet is", async () => {
    const { app } = FLEETS[1];
    const onFleet = [app, "-n", NAMESPACE, `--kubeconfig=${world.plane.adminKubeconfig}`];
    const paused = async (): Promise<readonly string[]> =>
      (await fleetView(leader, app))?.overrides.map(({ reason }) => reason) ?? [];
    const said = await runCommand("pause", ...onFleet, "--reason=INC-4711");
    expect(said).toMatchObject({ status: 0, stdout: expect.stringContaining("is paused (both)") });
    await untilTrue("the pause to be seen", async () => {
      const reasons = await paused();
      return reasons[0] === "INC-4711" || reasons;
    });
    expect(await runCommand("resume", ...onFleet)).toMatchObject({ status: 0 });
    await untilTrue("the pause to be gone", async () => {
      const reasons = await paused();
      return reasons.length === 0 || reasons;
    });
    const nobody = await runCommand("pause", "nobody", ...onFleet.slice(1), "--reason=x");
    expect(nobody).toMatchObject({ status: 1, stderr: expect.stringContaining("agents/nobody") });
  });

  it("has a standby hold the lease within 20 s of a kill -9", async () => {
    const figures = [leader, standby].map(
      ({ identity, daemon }) => `${identity} ${residentMb(daemon.pid)} MB`,
    );
    console.log(`resident memory: ${figures.join(", ")}; tick ${await tickSeconds(leader)} s`);
    const killedAt = performance.now();
    process.kill(leader.daemon.pid, "SIGKILL");
    await untilTrue(
      "the standby to hold the lease",
      async () => {
        const holder = await leaseHolder();
        return holder === standby.identity || holder;
      },
      { timeoutMs: 20_000 },
    );
    console.log(`takeover after ${((performance.now() - killedAt) / 1000).toFixed(1)} s`);
    await untilTrue("the standby to decide", async () => {
      const view = await fleetView(standby, FLEETS[0].app);
      return view !== undefined || view;
    });
  });

  it("replays what was recorded bit for bit, on this Node and on a newer major", async () => {
    const before = records().length;
    process.kill(standby.daemon.pid, "SIGTERM");
    await untilTrue("SIGTERM to end the controller cleanly", async () => {
      return standby.daemon.ended() === "exit status 0" || standby.daemon.ended();
    });
    expect(await leaseHolder(), "the lease is given up").toBe("");
    expect(before).toBeGreaterThan(100);
    for (const result of redecide(world.decisionLog)) {
      expect(result).toMatchObject({ difference: null, withoutMemory: 0 });
      console.log(`${result.node}: ${result.redecided} decisions again`);
    }
  });
});
