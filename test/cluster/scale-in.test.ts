/**
 * Racks are given back on a real API server: called off when the surge comes back, drained by two
 * processes that both lead, and met by a provider that takes another rack than the one emptied.
 * The test is the provider: it takes nodes once the count was lowered, and brings them.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Intent } from "../../src/core/observation.ts";
import { MINUTE_MS } from "../../src/core/units.ts";
import { GIVER, TAKER } from "../support/cluster-world/shared-pool-objects.ts";
import { SharedPool } from "../support/cluster-world/shared-pool.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm"]);
/** Ticks of 20 s: stabilisation is three of them. */
const TICKS = 6;
const KEEP_TWO = { floorRacks: 2 };
/** A tick takes seconds where others have the machine. */
const PATIENCE = { timeoutMs: 4 * MINUTE_MS };
/** A fleet gives up one rack in ten minutes. */
const TEN_MINUTES_MS = 10 * MINUTE_MS;
/** Nothing is paid for whether used or not; a rack may go as soon as the last one went. */
const ON_DEMAND = {
  racks: [
    ["rack-a", "rack-b"],
    ["rack-c", "rack-d"],
  ],
  spec: {
    supply: { kind: "OnDemand" },
    limits: { maxRacks: 4, maxDraining: 1, maxRequestsPerHour: 60 },
  },
} as const;

describe.skipIf(missing !== "")(`scale-in on a real API server ${missing}`, () => {
  let shared: SharedPool;

  beforeAll(async () => {
    shared = await SharedPool.start(ON_DEMAND);
    for (const fleet of [GIVER, TAKER]) await shared.override(fleet, KEEP_TWO);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await standing());
  });
  afterAll(() => shared?.stop());

  const standing = async (): Promise<string> =>
    JSON.stringify({
      decisions: await shared.decisions(),
      giver: [shared.said(GIVER), await shared.replicas(GIVER), await shared.engines(GIVER)],
      taker: [shared.said(TAKER), await shared.replicas(TAKER), await shared.engines(TAKER)],
      cordoned: await shared.cordoned(),
      nodePool: await shared.nodePool(),
    });
  const until = (what: string, holds: (done: readonly string[]) => boolean | Promise<boolean>) =>
    untilTrue(what, async () => (await holds(await shared.step())) || (await standing()), PATIENCE);
  const steps = async (ticks: number): Promise<readonly string[]> => {
    const done: string[] = [];
    for (let n = 0; n < ticks; n += 1) done.push(...(await shared.step()));
    return done;
  };
  const cordonedRacks = async (): Promise<readonly string[]> => [
    ...new Set((await shared.cordoned()).map((node) => node.slice(0, "rack-a".length))),
  ];
  const latest = async (): Promise<Intent> => {
    const intent = (await shared.decisions()).toSorted((a, b) => a.createdAt - b.createdAt).at(-1);
    if (intent === undefined) throw new Error("no decision is there");
    return intent;
  };
  const racksOf = async (fleet: typeof GIVER): Promise<readonly string[]> => [
    ...new Set((await shared.engines(fleet)).flatMap(({ rack, ready }) => (ready ? rack : []))),
  ];

  it("a surge that comes back calls the drain off, and nothing was evicted", async () => {
    const [bought, before] = [await shared.nodePool(), await shared.engines(GIVER)];
    await shared.override(GIVER, null);
    await until("the cordon", async (done) => done.includes("Cordon applied"));
    expect(await cordonedRacks()).toHaveLength(1);
    await shared.override(GIVER, KEEP_TWO);
    await until("the drain called off", async () => (await latest()).phase === "Cancelled");
    await until("the cordon off", async () => (await shared.cordoned()).length === 0);
    expect((await latest()).direction).toBe("In");
    const after = await shared.engines(GIVER);
    expect(after.map(({ uid }) => uid).toSorted()).toEqual(before.map(({ uid }) => uid).toSorted());
    expect(await shared.replicas(GIVER)).toBe(4);
    expect(await shared.nodePool()).toEqual(bought);
  });

  it("two fleets, two leaders, clocks two minutes apart: racks go one by one, once", async () => {
    const bought = await shared.nodePool();
    await shared.override(GIVER, null);
    await shared.override(TAKER, null);
    const drained = new Set<string>();
    let mostAtOnce = 0;
    let standingRacks = ["rack-a", "rack-b", "rack-c", "rack-d"];
    await untilTrue(
      "both racks to be given back",
      async () => {
        await shared.stepBoth(2 * MINUTE_MS);
        const cordoned = await cordonedRacks();
        mostAtOnce = Math.max(mostAtOnce, cordoned.length);
        for (const rack of cordoned) drained.add(rack);
        const { targetRacks } = await shared.nodePool();
        const [empty] = cordoned;
        if (targetRacks < standingRacks.length && empty !== undefined) {
          await shared.take(empty);
          standingRacks = standingRacks.filter((rack) => rack !== empty);
        }
        const done = (await shared.decisions()).filter(({ phase }) => phase === "Done");
        return (standingRacks.length === 2 && done.length === 2) || (await standing());
      },
      PATIENCE,
    );
    await shared.stopRival();
    const ins = (await shared.decisions()).filter(({ phase }) => phase === "Done");
    expect(ins.map(({ fromRacks, toRacksAtMost }) => [fromRacks, toRacksAtMost])).toEqual(
      expect.arrayContaining([
        [4, 3],
        [3, 2],
      ]),
    );
    expect(new Set(ins.map(({ fleet }) => fleet))).toEqual(new Set(["agents/coder", "talks/chat"]));
    expect([drained.size, mostAtOnce]).toEqual([2, 1]);
    const { targetRacks, generation } = await shared.nodePool();
    expect([targetRacks, generation - bought.generation]).toEqual([2, 2]);
    expect([await shared.replicas(GIVER), await shared.replicas(TAKER)]).toEqual([2, 2]);
    expect(await shared.cordoned()).toEqual([]);
  });

  describe("a provider that takes a rack that serves, and leaves the emptied one", () => {
    let kept: string;

    it("is said, and the emptied rack serves again", async () => {
      await shared.override(GIVER, KEEP_TWO);
      await until(
        "a rack to be asked for",
        async () => (await shared.nodePool()).targetRacks === 3,
      );
      await shared.bring("rack-e");
      await until("it to serve", async () => (await racksOf(GIVER)).includes("rack-e"));
      await until("the decision's end", async () => (await latest()).phase === "Done");
      shared.pass(TEN_MINUTES_MS);
      await shared.override(GIVER, null);
      await until("the count lowered", async () => (await shared.nodePool()).targetRacks === 2);
      [kept = ""] = await cordonedRacks();
      const serving = (await racksOf(GIVER)).find((rack) => rack !== kept) ?? "";
      await shared.take(serving);
      await until("the decision's end", async () => (await latest()).phase === "Failed");
      expect(shared.events().join("\n")).toMatch(
        new RegExp(`Rack ${kept} was emptied, but .*${serving} left. It serves again`),
      );
      await until("the cordon off", async () => (await shared.cordoned()).length === 0);
      await until("units on it", async () => (await racksOf(GIVER)).join() === kept);
    });

    it("stops scale-in, and not growth", async () => {
      await shared.override(GIVER, KEEP_TWO);
      await until(
        "a rack to be asked for",
        async () => (await shared.nodePool()).targetRacks === 3,
      );
      await shared.bring("rack-f");
      await until("it to serve", async () => (await racksOf(GIVER)).includes("rack-f"));
      await until("the decision's end", async () => (await latest()).phase === "Done");
      shared.pass(TEN_MINUTES_MS);
      await shared.override(GIVER, null);
      expect(await steps(TICKS)).not.toContain("OpenIntent applied");
      expect(shared.said(GIVER).join("\n")).toContain(
        "Scale-in stays stopped until the RackPool is edited.",
      );
      expect((await shared.nodePool()).targetRacks).toBe(3);
    });

    it("until somebody edits the RackPool", async () => {
      await shared.editPool({ limits: { maxRacks: 5 } });
      await until("the cordon", async (done) => done.includes("Cordon applied"));
      expect(await latest()).toMatchObject({ direction: "In", fromRacks: 3, toRacksAtMost: 2 });
    });
  });

  it("its InferenceFleet deleted on the way: nothing of it is left on nodes and pods", async () => {
    expect(await shared.marks()).not.toEqual([]);
    const { name } = await latest();
    await shared.plane.mustKubectl([
      "delete",
      "inferencefleet",
      GIVER.name,
      `-n=${GIVER.namespace}`,
    ]);
    await until("no mark to be left", async () => (await shared.marks()).length === 0);
    expect((await shared.nodePool()).targetRacks).toBe(3);
    expect((await shared.decisions()).find((one) => one.name === name)?.phase).toBe("Cancelled");
    expect(await shared.heldDecisions()).not.toContainEqual(expect.stringContaining(name));
  });
});
