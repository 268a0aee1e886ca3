import { describe, expect, it } from "vitest";
import { NOTHING_CARRIED } from "../../src/controller/carried.ts";
import { tick } from "../../src/controller/tick.ts";
import { canonical } from "../../src/core/canonical.ts";
import { KEYFRAME_EVERY } from "../../src/core/record.ts";
import { rackCount } from "../../src/core/units.ts";
import { PortError } from "../../src/ports/errors.ts";
import type { PortErrorCode } from "../../src/ports/errors.ts";
import { aSmallFleet, aSmallGroup } from "../support/builders/compiled.ts";
import { withCount, withFloor, withOverride } from "../support/builders/edits.ts";
import { aPolicy } from "../support/builders/peer.ts";
import { aFleetMemory, aMemory } from "../support/builders/remembered.ts";
import { sha256 } from "../support/model/cluster.ts";
import type { ModelCluster } from "../support/model/cluster.ts";
import { ModelController, OPTIONS } from "../support/model/controller.ts";

/** Four racks held and wanted, or more where a floor says so. */
function aController(floor = 0): ModelController {
  const controller = new ModelController(aSmallGroup(), aMemory(aFleetMemory({ racks: 4 })));
  if (floor > 0) controller.cluster.world = withFloor(floor)(controller.cluster.world);
  return controller;
}

const desired = ({ world }: ModelCluster) => world.pools[0]?.count?.desired;
const WRITES = [
  "decisions.open",
  "decisions.setPhase",
  "backend.write",
  "nodes.cordon",
  "nodes.uncordon",
  "workloads.evict",
];
const writes = ({ calls }: ModelCluster) => calls.filter((call) => WRITES.includes(call));

const failOnce = (
  call: string,
  code: PortErrorCode = "timeout",
  at: "before" | "after" = "before",
) => {
  let left = 1;
  const fail = (name: string) => {
    if (name !== call || left === 0) return;
    left -= 1;
    throw new PortError(code, `${call} failed`);
  };
  return { before: () => {}, after: () => {}, [at]: fail };
};

describe("a tick with another policy", () => {
  it("carries out what that one wants", async () => {
    const { cluster } = aController();
    const options = { ...OPTIONS, policy: aPolicy(() => 48) };
    await tick(cluster.ports(), NOTHING_CARRIED, options);
    expect(cluster.world.intents).toMatchObject([{ direction: "Out", toRacksAtMost: 6 }]);
  });
});

describe("a tick with a candidate", () => {
  const trying = aSmallGroup({
    candidate: { racks: { ...aSmallFleet().racks, min: rackCount(9) } },
  });
  const aTrial = (): ModelController =>
    new ModelController(trying, aMemory(aFleetMemory({ racks: 4 })));

  it("records what it wants, with a memory of its own, and does nothing for it", async () => {
    const controller = await aTrial().ticks(3);
    const { cluster } = controller;
    expect(writes(cluster)).toEqual([]);
    for (const { candidate, decision } of cluster.records) {
      expect(candidate?.fleets).toMatchObject([{ wantedRacks: 9, code: "minimum" }]);
      expect(decision.fleets[0]?.want.racks).not.toBe(9);
    }
    const [first, second] = cluster.records;
    expect(first?.candidate?.keyframe).not.toBeNull();
    expect(second?.candidate?.keyframe).toBeNull();
    expect(second?.candidate?.memoryDigest).not.toBe(second?.memoryDigest);
  });
});

describe("a tick", () => {
  it("observes, records, remembers, acts, reports, in this order", async () => {
    const { cluster } = await aController(6).ticks(1);
    expect(cluster.calls).toEqual([
      "store.read",
      "nodes.list",
      "workloads.read",
      "decisions.list",
      "nodes.marked",
      "backend.read",
      "signals.read",
      "memory.load",
      "log.tail",
      "log.append",
      "memory.save",
      "decisions.open",
      "store.writeFleetStatus",
      "store.writePoolStatus",
      "events.publish",
      "store.writeOverrideStatus",
    ]);
    expect(cluster.reports).toHaveLength(1);
    expect(cluster.reports[0]?.actions).toMatchObject([{ kind: "OpenIntent", outcome: "applied" }]);
  });

  it("after tick, carries a growth to its end", async () => {
    const { cluster } = await aController(6).ticks(4);
    expect(desired(cluster)).toBe(6);
    expect(cluster.world.intents).toMatchObject([{ phase: "Done", askedRacks: 6 }]);
    expect(cluster.failures).toEqual([]);
  });

  it("gives an approver the evidence: what is predicted, and on what", async () => {
    const { cluster } = await aController(6).ticks(1);
    const [report] = cluster.reports;
    const curve = report?.decision.fleets[0]?.want.curve;
    expect(cluster.evidence).toEqual([
      {
        attainmentIfDone: curve?.[6]?.attainment,
        attainmentIfNot: curve?.[4]?.attainment,
        confidence: expect.closeTo(0.947, 3),
        cacheCause: "none",
        alternatives: expect.arrayContaining([
          "1 rack: 100.0 % of turns inside every objective, within the commitment.",
        ]),
        policyDigest: sha256(canonical(cluster.group)),
        observationDigest: sha256(canonical(report?.observation)),
      },
    ]);
  });

  it("does nothing on a standby, and forgets what it carried", async () => {
    const controller = await aController().ticks(1);
    controller.cluster.leading = false;
    const before = controller.cluster.calls.length;
    const carried = await tick(controller.cluster.ports(), controller.carried, OPTIONS);
    expect(controller.cluster.calls).toHaveLength(before);
    expect(carried).toEqual(NOTHING_CARRIED);
    expect(controller.cluster.forgotten).toEqual(["gb200-east"]);
  });
});

describe("memory", () => {
  it("is saved before any write, so that our own is never taken for foreign", async () => {
    const { cluster } = await aController(6).ticks(3);
    for (const write of writes(cluster)) {
      const index = cluster.calls.indexOf(write);
      expect(cluster.calls.slice(0, index)).toContain("memory.save");
    }
    expect(cluster.memory?.memory.pools["gb200-east"]?.expectedRacks).toBe(6);
  });

  it("is not saved when the record of the decision could not be written", async () => {
    const controller = aController(6);
    controller.cluster.interruption = failOnce("log.append");
    await controller.tick();
    expect(controller.cluster.calls).not.toContain("memory.save");
    expect(writes(controller.cluster)).toEqual([]);
  });

  it("is saved at most every five minutes while nothing is done", async () => {
    const { cluster } = await aController().ticks(41);
    expect(cluster.calls.filter((call) => call === "memory.save")).toHaveLength(3);
  });

  it("that another writer saved is read again, instead of being fought over", async () => {
    const controller = await aController().ticks(1);
    controller.cluster.memory = { memory: aMemory(aFleetMemory({ racks: 4 })), version: "99" };
    controller.cluster.world = withFloor(6)(controller.cluster.world);
    await controller.ticks(2);
    expect(controller.cluster.failures.map(({ code }) => code)).toEqual(["conflict"]);
    await controller.ticks(3);
    expect(desired(controller.cluster)).toBe(6);
  });
});

describe("the decision log", () => {
  it("chains every record to the one before", async () => {
    const { cluster } = await aController(6).ticks(5);
    expect(cluster.records.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    const hashes = cluster.lines.map(sha256);
    const previous = cluster.records.map(({ previousHash }) => previousHash);
    expect(previous).toEqual(["", ...hashes.slice(0, -1)]);
  });

  it("goes on after a restart where it ended", async () => {
    const controller = await aController().ticks(2);
    controller.restart();
    const { cluster } = await controller.ticks(1);
    expect(cluster.records.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(cluster.records[2]?.previousHash).toBe(sha256(cluster.lines[1] ?? ""));
  });

  it("holds a keyframe at start, after a restart, and every so many records", async () => {
    const controller = await aController().ticks(KEYFRAME_EVERY + 1);
    controller.restart();
    const { records } = (await controller.ticks(2)).cluster;
    const keyframes = records.flatMap(({ keyframe, index }) => (keyframe === null ? [] : [index]));
    expect(keyframes).toEqual([0, KEYFRAME_EVERY, KEYFRAME_EVERY + 1]);
  });

  it.each(["before", "after"] as const)(
    "has no gap, no double and a keyframe after a tick that failed %s memory was saved",
    async (at) => {
      const controller = await aController().ticks(1);
      controller.cluster.world = withFloor(6)(controller.cluster.world);
      controller.cluster.interruption = failOnce("memory.save", "timeout", at);
      const { records, lines } = (await controller.ticks(4)).cluster;
      expect(records.map(({ index }) => index)).toEqual(records.map((_, n) => n));
      const previous = records.map(({ previousHash }) => previousHash);
      expect(previous.slice(1)).toEqual(lines.slice(0, -1).map(sha256));
      expect(records[2]?.keyframe).not.toBeNull();
    },
  );
});

describe("a port that fails", () => {
  it.each([
    ["store.read", "world"],
    ["nodes.list", "world"],
    ["workloads.read", "world"],
    ["decisions.list", "world"],
    ["memory.load", "gb200-east"],
    ["log.tail", "gb200-east"],
    ["log.append", "gb200-east"],
    ["memory.save", "gb200-east"],
  ])("%s: the tick is told to have failed, nothing is written", async (call, what) => {
    const controller = aController(6);
    controller.cluster.interruption = failOnce(call);
    await controller.tick();
    expect(controller.cluster.failures).toEqual([
      { what, code: "timeout", message: `${call} failed` },
    ]);
    expect(writes(controller.cluster)).toEqual([]);
    expect(controller.cluster.reports).toEqual([]);
    await controller.ticks(6);
    expect(desired(controller.cluster)).toBe(6);
  });

  it.each(["store.writeFleetStatus", "store.writePoolStatus", "events.publish"])(
    "%s: told, and the tick goes on",
    async (call) => {
      const controller = aController(6);
      controller.cluster.interruption = failOnce(call);
      await controller.tick();
      expect(controller.cluster.failures).toHaveLength(1);
      expect(controller.cluster.reports).toHaveLength(1);
    },
  );

  it("a bug is not taken for a failing port", async () => {
    const controller = aController();
    controller.cluster.interruption = {
      before: () => {
        throw new TypeError("bug");
      },
      after: () => {},
    };
    await expect(controller.tick()).rejects.toThrow(TypeError);
  });

  it("a fault in one group does not stop another", async () => {
    const west = { ...aSmallGroup().pools[0], name: "gb200-west" };
    const drawing = aSmallFleet({
      key: "agents/writer",
      name: "writer",
      pools: aSmallFleet().pools.map((pool) => ({ ...pool, name: "gb200-west" })),
    });
    const [east] = aSmallGroup().pools;
    if (east === undefined) throw new Error("no pool");
    const other = {
      ...east,
      ...west,
      consumers: [{ ...(east.consumers[0] ?? fail()), fleet: drawing }],
    };
    const group = { ...aSmallGroup(), pools: [east, other], fleets: [aSmallFleet(), drawing] };
    const controller = new ModelController(group, aMemory());
    controller.cluster.interruption = failOnce("log.append");
    await controller.tick();
    expect(controller.cluster.failures.map(({ what }) => what)).toEqual(["gb200-east"]);
    expect(controller.cluster.reports.map(({ group: { name } }) => name)).toEqual(["gb200-west"]);
  });
});

function fail(): never {
  throw new Error("no consumer");
}

describe("INV-13: past the lease deadline", () => {
  it("a tick writes nothing, memory included, and the next one that may goes on", async () => {
    const controller = aController(6);
    controller.cluster.mayWrite = false;
    await controller.tick();
    expect(writes(controller.cluster)).toEqual([]);
    expect(controller.cluster.calls).not.toContain("memory.save");
    expect(controller.cluster.calls).not.toContain("events.publish");
    expect(controller.cluster.reports[0]?.actions).toMatchObject([{ outcome: "fenced" }]);
    controller.cluster.mayWrite = true;
    await controller.ticks(4);
    expect(desired(controller.cluster)).toBe(6);
  });

  it("in the middle of a plan the rest is not written", async () => {
    const controller = await aController(6).ticks(1);
    const { cluster } = controller;
    cluster.interruption = {
      before: () => {},
      after: (call) => {
        if (call === "decisions.setPhase") cluster.mayWrite = false;
      },
    };
    await controller.tick();
    expect(desired(cluster)).toBe(4);
    expect(cluster.world.intents[0]?.phase).toBe("Executing");
    cluster.interruption = { before: () => {}, after: () => {} };
    cluster.mayWrite = true;
    await controller.ticks(2);
    expect(desired(cluster)).toBe(6);
  });
});

describe("what people do meanwhile", () => {
  it("a foreign write is noticed, held to, and told on the pool", async () => {
    const controller = await aController().ticks(1);
    const { cluster } = controller;
    cluster.world = withFloor(7)(
      withCount({ desired: rackCount(5), lastWriter: "kubectl" })(cluster.world),
    );
    await controller.ticks(3);
    expect(desired(cluster)).toBe(5);
    const told = cluster.events.filter(({ reason: { code } }) => code === "foreign-write");
    expect(told.map(({ about: { kind } }) => kind).toSorted()).toEqual([
      "InferenceFleet",
      "RackPool",
    ]);
  });

  it("our own write is not foreign to the process that starts after it", async () => {
    const controller = await aController(6).ticks(2);
    expect(desired(controller.cluster)).toBe(6);
    controller.restart();
    controller.cluster.memory = null;
    await controller.ticks(2);
    const codes = controller.cluster.events.map(({ reason: { code } }) => code);
    expect(codes).not.toContain("foreign-write");
  });

  it("a pause stops growth and is lifted again", async () => {
    const controller = aController();
    const { cluster } = controller;
    cluster.world = withOverride({ pauseOut: true, floorRacks: rackCount(6) })(cluster.world);
    await controller.ticks(3);
    expect(writes(cluster)).toEqual([]);
    cluster.world = withFloor(6)(cluster.world);
    await controller.ticks(4);
    expect(desired(cluster)).toBe(6);
  });

  it("an eviction that a budget blocks is told once and tried each tick", async () => {
    const controller = new ModelController();
    controller.cluster.evictions = "Blocked";
    await controller.ticks(6);
    const evictions = controller.cluster.calls.filter((call) => call === "workloads.evict");
    expect(evictions).toHaveLength(4);
    const told = controller.cluster.events.filter(
      ({ reason: { code } }) => code === "drain-blocked",
    );
    expect(told).toHaveLength(1);
    expect(desired(controller.cluster)).toBe(4);
    controller.cluster.evictions = "Evicted";
    await controller.ticks(3);
    expect(desired(controller.cluster)).toBe(3);
  });
});
