/**
 * A loan's whole way by its objects on a real API server, with the chart's rights: racks that
 * nobody needs are lent, a fleet calls one back, and in the middle of it the RackPool is deleted,
 * the loan taken out of it, or the fleet deleted. The gang there must not be told to go for it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Intent } from "../../src/core/observation.ts";
import { MINUTE_MS } from "../../src/core/units.ts";
import {
  BATCH,
  FENCE,
  GIVER,
  gang,
  rackPool,
  TAKER,
} from "../support/cluster-world/shared-pool-objects.ts";
import { SharedPool } from "../support/cluster-world/shared-pool.ts";
import { controlPlaneOrSkip } from "../support/control-plane/tools.ts";
import { untilTrue } from "../support/control-plane/until-true.ts";

const missing = controlPlaneOrSkip(["helm"]);
const LOAN = {
  loan: {
    selector: { queue: "training" },
    max: 2,
    fenceTaint: FENCE,
    grace: "1s",
    minTenure: "40s",
  },
};
const FLEETS = [GIVER, TAKER].map((fleet) => ({ fleet, guaranteed: 1, max: 3 }));
const LENDING = { consumers: [...FLEETS, LOAN] };
const LENT = ["rack-c", "rack-d"];
const LACKS_ONE = { floorRacks: 2 };
/** A tick takes seconds where others have the machine. */
const PATIENCE = { timeoutMs: 4 * MINUTE_MS };
/** A fleet gives up one rack in ten minutes. */
const TEN_MINUTES_MS = 10 * MINUTE_MS;

describe.skipIf(missing !== "")(`a loan by its objects ${missing}`, () => {
  let shared: SharedPool;
  let running: readonly string[];

  beforeAll(async () => {
    shared = await SharedPool.start({
      racks: [["rack-a"], ["rack-b"]],
      idle: LENT,
      spec: LENDING,
    });
    await shared.plane.mustKubectl(["create", "namespace", BATCH.namespace]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") console.error(await standing());
  });
  afterAll(() => shared?.stop());

  const standing = async (): Promise<string> =>
    JSON.stringify({
      decisions: await shared.decisions(),
      said: [shared.said(GIVER), shared.said(TAKER)],
      marks: await shared.marks(),
      gang: await shared.pods(BATCH),
    });
  const until = (what: string, holds: (done: readonly string[]) => boolean | Promise<boolean>) =>
    untilTrue(what, async () => (await holds(await shared.step())) || (await standing()), PATIENCE);
  const latest = async (direction: string): Promise<Intent> => {
    const found = (await shared.decisions()).filter((intent) => intent.direction === direction);
    const last = found.toSorted((a, b) => a.createdAt - b.createdAt).at(-1);
    if (last === undefined) throw new Error(`no decision ${direction}`);
    return last;
  };
  const gangRuns = async (): Promise<readonly string[]> =>
    (await shared.pods(BATCH))
      .flatMap(({ uid, ready, ending }) => (ready && !ending ? uid : []))
      .toSorted();
  const fenced = async (): Promise<readonly string[]> => [
    ...new Set(
      (await shared.marks()).flatMap((mark) =>
        mark.endsWith(`: ${FENCE}`) ? mark.slice(0, "rack-a".length) : [],
      ),
    ),
  ];
  /** Called back, and on the way to be taken: the fence is there, the gang still runs. */
  const untilFenced = async (): Promise<Intent> => {
    await shared.override(GIVER, LACKS_ONE);
    await until("the fence on both racks of the gang", async (done) =>
      done.includes("Fence applied"),
    );
    expect(await fenced()).toEqual(expect.arrayContaining(LENT));
    expect(await gangRuns()).toEqual(running);
    const reclaim = await latest("Reclaim");
    expect(reclaim.phase).toBe("Executing");
    return reclaim;
  };
  const ends = (name: string) =>
    until("the end of the decision", async () => {
      const { phase } = (await shared.decisions()).find((one) => one.name === name) ?? {};
      const held = await shared.heldDecisions();
      return phase === "Cancelled" && !held.some((entry) => entry.startsWith(`${name}:`));
    });

  it("racks that nobody needs are lent, and the gang comes onto them", async () => {
    const lent = async (): Promise<number> => {
      const lends = (await shared.decisions()).filter(({ direction }) => direction === "Lend");
      return lends.filter(({ phase }) => phase === "Done").length;
    };
    await until("one rack lent", async () => (await lent()) === 1);
    shared.pass(TEN_MINUTES_MS);
    await until("both racks lent", async () => (await lent()) === 2);
    expect(await fenced()).not.toEqual(expect.arrayContaining(LENT));
    await shared.plane.apply(...gang(4));
    await until("the gang to run", async () => (await gangRuns()).length === 4);
    running = await gangRuns();
    const racks = (await shared.pods(BATCH)).map(({ rack }) => rack);
    expect(new Set(racks)).toEqual(new Set(LENT));
  });

  it("the RackPool deleted on the way: no fence and no mark stays, the gang runs on", async () => {
    const { name } = await untilFenced();
    await shared.plane.mustKubectl(["delete", "rackpool", "--all"]);
    await ends(name);
    await until("no mark to be left", async () => (await shared.marks()).length === 0);
    expect(await gangRuns()).toEqual(running);
    await shared.override(GIVER, null);
  });

  it("the RackPool back: the racks are the loan's, as its pods say", async () => {
    await shared.plane.apply(rackPool(4, LENDING));
    await until("the pool to be decided on", async () => shared.loanedRacks() === 2);
    expect(await gangRuns()).toEqual(running);
  });

  it("the loan taken out of the RackPool on the way: the same", async () => {
    const { name } = await untilFenced();
    await shared.editPool({ consumers: FLEETS });
    await ends(name);
    await until("no fence to be left", async () => (await fenced()).length === 0);
    expect(await gangRuns()).toEqual(running);
    await shared.override(GIVER, null);
    await shared.editPool(LENDING);
  });

  it("the fleet deleted that called it back: the racks are lent again", async () => {
    const { name } = await untilFenced();
    const where = [GIVER.name, `-n=${GIVER.namespace}`];
    await shared.plane.mustKubectl(["delete", "inferencefleet", ...where]);
    await ends(name);
    await until("no fence on them", async () => {
      const still = await fenced();
      return !LENT.some((rack) => still.includes(rack));
    });
    expect(await gangRuns()).toEqual(running);
  });
});
