/**
 * A rack goes from one fleet to another on a real API server: by the chart's rights and policies,
 * with ScaleDecisions and FleetOverrides that people read and write there. kube-scheduler puts the
 * units of both fleets where there is room, the controller manager makes and ends their pods.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Intent } from "../../src/core/observation.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import { runCommand } from "../support/cluster-world/command.ts";
import { APPROVER, GIVER, TAKER } from "../support/cluster-world/shared-pool-objects.ts";
import {
  type Engine,
  type NodePoolSeen,
  SharedPool,
} from "../support/cluster-world/shared-pool.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm"]);
/** Ticks of 20 s: the fleet's stabilisation is three of them. */
const TICKS = 8;
/** What a person refused is not asked again within an hour. */
const LATER_MS = HOUR_MS + MINUTE_MS;
/** Among them every step of a move: an empty list would be covered as well. */
const WRITES = [
  "POST scaledecisions",
  "PATCH nodes /metadata/annotations /spec/unschedulable",
  "PATCH pods /metadata/annotations",
  "PATCH deployments/scale /spec/replicas",
];
/** Two deaths at each write, and a new process after each. */
const PATIENCE = { timeoutMs: 4 * MINUTE_MS };
const LACKS_ONE = { floorRacks: 2 };

describe.skipIf(missing !== "")(`a move on a real API server ${missing}`, () => {
  let shared: SharedPool;
  let bought: NodePoolSeen;
  let takersFirst: readonly Engine[];

  beforeAll(async () => {
    shared = await SharedPool.start();
    bought = await shared.nodePool();
    takersFirst = await shared.engines(TAKER);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await standing());
    expect(await shared.nodePool(), "nobody wrote the count").toEqual(bought);
  });
  afterAll(() => shared?.stop());

  const standing = async (): Promise<string> =>
    JSON.stringify({
      decisions: await shared.decisions(),
      giver: [shared.said(GIVER), await shared.replicas(GIVER), await shared.engines(GIVER)],
      taker: [shared.said(TAKER), await shared.replicas(TAKER), await shared.engines(TAKER)],
      cordoned: await shared.cordoned(),
    });
  const steps = async (ticks: number): Promise<readonly string[]> => {
    const done: string[] = [];
    for (let n = 0; n < ticks; n += 1) done.push(...(await shared.step()));
    return done;
  };
  /** Ticks until it is done. */
  const until = (what: string, holds: (done: readonly string[]) => boolean | Promise<boolean>) =>
    untilTrue(what, async () => (await holds(await shared.step())) || (await standing()));
  const latest = async (): Promise<Intent> => {
    const intent = (await shared.decisions()).toSorted((a, b) => a.createdAt - b.createdAt).at(-1);
    if (intent === undefined) throw new Error("no decision is there");
    return intent;
  };
  const phase = async (): Promise<string> => (await latest()).phase;
  const says = async (verb: "approve" | "cancel"): Promise<void> => {
    const { name } = await latest();
    const as = `--kubeconfig=${shared.plane.kubeconfig(APPROVER)}`;
    const end = await runCommand(verb, name, "-n", GIVER.namespace, as, "--reason=INC-4711");
    expect(end).toMatchObject({ status: 0, stderr: "" });
  };
  const uids = (engines: readonly Engine[]): readonly string[] =>
    engines.map(({ uid }) => uid).toSorted();
  const racksOf = (engines: readonly Engine[]): readonly string[] =>
    engines.map(({ rack, ready }) => (ready ? rack : `${rack}, not ready`)).toSorted();

  it("nothing is moved while neither fleet lacks a rack", async () => {
    expect(await steps(TICKS)).toEqual([]);
    expect(await shared.decisions()).toEqual([]);
  });

  it.each([
    ["scale-in of the one", GIVER, { pause: { in: true } }, ""],
    ["growth of the other", TAKER, { pause: { out: true } }, "talks/chat: "],
  ] as const)("a pause of %s stops it", async (_what, paused, pause, whose) => {
    await shared.override(TAKER, { ...LACKS_ONE, ...(paused === TAKER && pause) });
    if (paused === GIVER) await shared.override(GIVER, pause);
    await steps(TICKS);
    expect(await shared.decisions()).toEqual([]);
    const text = new RegExp(`^paused: ${whose}.*FleetOverride ${paused.name}: INC-4711`);
    expect(shared.said(GIVER)).toContainEqual(expect.stringMatching(text));
    await shared.override(TAKER, null);
    if (paused === GIVER) await shared.override(GIVER, null);
  });

  describe("with a giver whose scale-in is approved by people", () => {
    let before: readonly Engine[];

    it("waits for a yes, in the giver's namespace", async () => {
      before = await shared.engines(GIVER);
      await shared.scaleIn(GIVER, "Approve");
      await shared.override(TAKER, LACKS_ONE);
      const done = await steps(TICKS);
      expect(done).toEqual(["OpenIntent applied"]);
      expect(await latest()).toMatchObject({
        direction: "Move",
        fleet: "agents/coder",
        taker: "talks/chat",
        fromRacks: 3,
        toRacksAtMost: 3,
        requiredApprovals: 1,
        phase: "Pending",
      });
      expect(await shared.cordoned()).toEqual([]);
      await says("approve");
      await until("the rack cordoned", (acts) => acts.includes("Cordon applied"));
      const { rack } = await latest();
      expect(await shared.cordoned()).toEqual([`${rack}-n0`, `${rack}-n1`]);
      expect(uids(await shared.engines(GIVER))).toEqual(uids(before));
    });

    it("who said yes may still say no: the rack stays, with its units", async () => {
      await says("cancel");
      await shared.override(TAKER, null);
      await until("the cordon off", async () => (await shared.cordoned()).length === 0);
      await until("the end of the decision", async () => (await phase()) === "Cancelled");
      expect(await shared.replicas(GIVER)).toBe(4);
      expect(uids(await shared.engines(GIVER))).toEqual(uids(before));
      await shared.scaleIn(GIVER, "Auto");
    });
  });

  it("is asked again an hour after a no, and not sooner", async () => {
    await shared.override(TAKER, LACKS_ONE);
    expect(await steps(TICKS)).toEqual([]);
    expect(shared.said(GIVER)).toContainEqual(expect.stringContaining("alice: INC-4711"));
    await shared.override(TAKER, null);
  });

  it("given up when units are gone already, they come back to their rack", async () => {
    shared.pass(LATER_MS);
    const before = await shared.engines(GIVER);
    await shared.override(TAKER, LACKS_ONE);
    await until("units led down", async () => (await shared.replicas(GIVER)) < 4);
    const { rack } = await latest();
    await says("cancel");
    await shared.override(TAKER, null);
    await until("the units back", async () => {
      const engines = await shared.engines(GIVER);
      const back = engines.filter(({ ready, ending }) => ready && !ending);
      return back.length === 4 && (await shared.replicas(GIVER)) === 4;
    });
    expect(await phase()).toBe("Cancelled");
    expect(await shared.cordoned()).toEqual([]);
    const after = await shared.engines(GIVER);
    expect(racksOf(after)).toEqual(racksOf(before));
    const elsewhere = before.filter((engine) => engine.rack !== rack);
    expect(uids(after.filter((engine) => engine.rack !== rack))).toEqual(uids(elsewhere));
  });

  it("the rack is drained, handed over, and the other fleet serves on it", async () => {
    shared.pass(LATER_MS);
    const before = await shared.engines(GIVER);
    await shared.override(TAKER, LACKS_ONE);
    const done: string[] = [];
    await until("the rack to be the other fleet's", async (acts) => {
      done.push(...acts);
      return (await phase()) === "Done";
    });
    const { rack } = await latest();
    const order = ["OpenIntent", "Cordon", "Uncordon"].map((kind) =>
      done.indexOf(`${kind} applied`),
    );
    expect(order, done.join()).toEqual(order.toSorted((a, b) => a - b));
    expect(order).not.toContain(-1);
    await until("its units to serve", async () => {
      const engines = await shared.engines(TAKER);
      return engines.filter(({ ready, ending }) => ready && !ending).length === 4;
    });
    expect(racksOf(await shared.engines(TAKER))).toEqual(
      [rack ?? "", rack ?? "", "rack-c", "rack-c"].toSorted(),
    );
    expect(uids(await shared.engines(TAKER))).toEqual(
      expect.arrayContaining([...uids(takersFirst)]),
    );
    const left = before.filter((engine) => engine.rack !== rack);
    expect(uids(await shared.engines(GIVER))).toEqual(uids(left));
    expect([await shared.replicas(GIVER), await shared.replicas(TAKER)]).toEqual([2, 4]);
    expect(await shared.cordoned()).toEqual([]);
  });

  it("there it stays, while the one that gave it wants no more", async () => {
    expect(await steps(TICKS)).toEqual([]);
    const asked = ["get", "scaledecisions", "-A", "-l", "breakwater.dev/direction=Move"];
    const lines = await shared.plane.mustKubectl([...asked, "-o", "wide", "--no-headers"]);
    const told = lines.trim().split("\n");
    expect(told).toHaveLength(3);
    expect(told.filter((line) => / Move +3 +3 .* Cancelled /.test(line))).toHaveLength(2);
    expect(told.filter((line) => / Done .* rack-[ab] +chat /.test(line))).toHaveLength(1);
  });

  it("goes back under a controller that dies before and after each distinct write", async () => {
    shared.pass(LATER_MS);
    const before = await shared.engines(GIVER);
    await shared.override(TAKER, null);
    await shared.override(GIVER, LACKS_ONE);
    const { verdict, uncovered, writes } = bothDeathsOfEach();
    const isBack = async (): Promise<true | string> => {
      await shared.stepDyingAt(verdict);
      const there = (await shared.engines(GIVER)).filter(({ ready, ending }) => ready && !ending);
      return (there.length === 4 && (await phase()) === "Done") || (await standing());
    };
    await untilTrue("the rack to be back", isBack, PATIENCE);
    const { fleet, taker, rack } = await latest();
    expect([fleet, taker]).toEqual(["talks/chat", "agents/coder"]);
    expect(uncovered()).toEqual([]);
    expect(writes()).toEqual(expect.arrayContaining(WRITES));
    const engines = await shared.engines(GIVER);
    const stood = before.map((engine) => engine.rack);
    expect(racksOf(engines)).toEqual([rack ?? "", rack ?? "", ...stood].toSorted());
    expect(uids(engines)).toEqual(expect.arrayContaining([...uids(before)]));
    expect([await shared.replicas(GIVER), await shared.replicas(TAKER)]).toEqual([4, 2]);
    expect(await shared.engines(TAKER)).toHaveLength(2);
    expect(await shared.cordoned()).toEqual([]);
  });

  it("its RackPool deleted on the way: nothing of it is left on nodes and pods", async () => {
    shared.pass(LATER_MS);
    await shared.override(GIVER, null);
    await shared.override(TAKER, LACKS_ONE);
    await until("units led down", async () => (await shared.replicas(GIVER)) < 4);
    expect(await shared.marks()).not.toEqual([]);
    await shared.plane.mustKubectl(["delete", "rackpool", "--all"]);
    await until("no mark to be left", async () => (await shared.marks()).length === 0);
    await until("the end of the decision", async () => (await phase()) === "Cancelled");
    const { name } = await latest();
    expect(await shared.heldDecisions()).not.toContainEqual(expect.stringContaining(name));
  });
});

/** Dies before every distinct write that it meets, and after it when it meets it again. */
function bothDeathsOfEach() {
  const met = new Map<string, number>();
  return {
    verdict: (write: string) => {
      const times = (met.get(write) ?? 0) + 1;
      met.set(write, times);
      return times === 1 ? ("before" as const) : times === 2 ? ("after" as const) : null;
    },
    writes: () => [...met.keys()],
    uncovered: () => [...met].flatMap(([write, times]) => (times < 2 ? [write] : [])),
  };
}
