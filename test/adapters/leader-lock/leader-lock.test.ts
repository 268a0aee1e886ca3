import { describe, expect, it } from "vitest";
import { objectAt } from "../../../src/adapters/kubernetes/decode.ts";
import {
  leaderLock,
  type LeaderLockOptions,
} from "../../../src/adapters/leader-lock/leader-lock.ts";
import { kubeClient } from "../../../src/adapters/kubernetes/client.ts";
import { sleep } from "../../../src/adapters/kubernetes/timers.ts";
import type { Transport } from "../../../src/adapters/kubernetes/transport.ts";
import { untilAborted } from "../../support/kube-api/faults.ts";
import { type KubeBench, kubeBench } from "../../support/kube-bench.ts";

const LEASE = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "breakwater", namespace: "breakwater-system" },
};
const PATH = /leases\/breakwater/;

function lock(kube: KubeBench, identity: string, more: Partial<LeaderLockOptions> = {}) {
  const lost: string[] = [];
  const options = {
    ...kube,
    clock: kube.timers.clock,
    namespace: LEASE.metadata.namespace,
    name: LEASE.metadata.name,
    identity,
    onLost: () => lost.push(identity),
  };
  const instance = leaderLock({ ...options, ...more });
  instance.start();
  return { ...instance, lost };
}

const lease = (kube: KubeBench) => objectAt(kube.api.get(LEASE), "spec");

describe("a lease", () => {
  it("that nobody holds is taken at once", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    expect(a.mayWrite()).toBe(false);
    await kube.timers.settle();
    expect(a.state()).toEqual({ leading: true, holder: "a" });
    expect(lease(kube)).toMatchObject({
      holderIdentity: "a",
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
      renewTime: "2026-12-01T18:00:00.000000Z",
    });
    await a.release();
  });

  it("is renewed, and a standby waits", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    await kube.timers.settle();
    const b = lock(kube, "b");
    await kube.timers.advance(600_000);
    expect([a.mayWrite(), b.mayWrite()]).toEqual([true, false]);
    expect(b.state()).toEqual({ leading: false, holder: "a" });
    await Promise.all([a.release(), b.release()]);
  });

  it("of a dead holder is taken after its duration, by local observation alone", async () => {
    const kube = kubeBench();
    kube.api.put({
      ...LEASE,
      spec: {
        holderIdentity: "dead",
        leaseDurationSeconds: 15,
        leaseTransitions: 3,
        renewTime: "2020-01-01T00:00:00.000000Z",
      },
    });
    const b = lock(kube, "b");
    await kube.timers.advance(14_900);
    expect(b.mayWrite()).toBe(false);
    await kube.timers.advance(3_000);
    expect(b.mayWrite()).toBe(true);
    expect(lease(kube)).toMatchObject({ holderIdentity: "b", leaseTransitions: 4 });
    await b.release();
  });

  it("released is taken by a standby at its next try", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    await kube.timers.settle();
    const b = lock(kube, "b");
    await kube.timers.settle();
    await a.release();
    expect(lease(kube)).toMatchObject({ holderIdentity: "", leaseDurationSeconds: 1 });
    expect([a.mayWrite(), a.lost]).toEqual([false, []]);
    await kube.timers.advance(2_400);
    expect(b.mayWrite()).toBe(true);
    await b.release();
  });

  it("wanted by two at a time goes to one", async () => {
    const kube = kubeBench();
    const locks = ["a", "b", "c"].map((identity) => lock(kube, identity));
    await kube.timers.advance(60_000);
    expect(locks.filter((each) => each.mayWrite())).toHaveLength(1);
    await Promise.all(locks.map((each) => each.release()));
  });
});

describe("a leader", () => {
  it("cut off writes no more after the renew deadline, and says so once", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    await kube.timers.settle();
    kube.api.fail({ path: PATH, fault: { kind: "reset" }, times: 1_000 });
    await kube.timers.advance(9_999);
    expect(a.mayWrite()).toBe(true);
    await kube.timers.advance(1);
    expect(a.mayWrite()).toBe(false);
    await kube.timers.advance(10_000);
    expect(a.lost).toEqual(["a"]);
    await a.release();
  });

  it("whose renewal hangs is fenced all the same", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    await kube.timers.settle();
    kube.api.fail({ path: PATH, fault: { kind: "hang" }, times: 1_000 });
    await kube.timers.advance(10_001);
    expect(a.mayWrite()).toBe(false);
    const released = a.release();
    await kube.timers.advance(10_000);
    await released;
  });

  it("whose renewals are answered late counts from when they were sent", async () => {
    const kube = kubeBench();
    const transport: Transport = async (request) => {
      await sleep(kube.timers, 2_000);
      return kube.api.transport(request);
    };
    const a = lock({ ...kube, client: kubeClient({ transport, timers: kube.timers }) }, "a");
    await kube.timers.advance(4_000);
    expect(a.mayWrite()).toBe(true);
    kube.api.fail({ path: PATH, fault: { kind: "reset" }, times: 1_000 });
    await kube.timers.advance(5_999);
    expect(a.mayWrite()).toBe(true);
    await kube.timers.advance(1);
    expect(a.mayWrite()).toBe(false);
    await kube.timers.runUntil(a.release());
  });

  it("survives an outage shorter than the deadline", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    await kube.timers.settle();
    kube.api.fail({ path: PATH, fault: { kind: "answer", status: 503 }, times: 3 });
    await kube.timers.advance(60_000);
    expect([a.mayWrite(), a.lost]).toEqual([true, []]);
    await a.release();
  });

  it("whose lease another took steps back at once", async () => {
    const kube = kubeBench();
    const a = lock(kube, "a");
    await kube.timers.settle();
    kube.api.edit(LEASE, { spec: { holderIdentity: "thief" } });
    await kube.timers.advance(2_400);
    expect([a.mayWrite(), a.lost]).toEqual([false, ["a"]]);
    expect(a.state().holder).toBe("thief");
    await a.release();
    expect(lease(kube)).toMatchObject({ holderIdentity: "thief" });
  });

  it.each([0, 700, 1_900, 2_100, 5_300])(
    "cut off %i ms after its start is fenced before a standby takes over",
    async (cutAfterMs) => {
      const kube = kubeBench();
      let cut = false;
      const transport: Transport = async (request) =>
        cut ? untilAborted(request.signal) : kube.api.transport(request);
      const a = lock({ ...kube, client: kubeClient({ transport, timers: kube.timers }) }, "a");
      await kube.timers.settle();
      const b = lock(kube, "b");
      await kube.timers.advance(cutAfterMs);
      cut = true;
      let takenOverAfterMs = 0;
      for (let elapsedMs = 100; takenOverAfterMs === 0 && elapsedMs <= 20_000; elapsedMs += 100) {
        await kube.timers.advance(100);
        expect(a.mayWrite() && b.mayWrite()).toBe(false);
        if (b.mayWrite()) takenOverAfterMs = elapsedMs;
      }
      expect(takenOverAfterMs).toBeGreaterThan(10_000);
      await kube.timers.runUntil(Promise.all([a.release(), b.release()]));
    },
  );
});

describe("a lease's timing", () => {
  it.each([
    [{ leaseDurationMs: 10_000, renewDeadlineMs: 10_000 }],
    [{ renewDeadlineMs: 2_000, retryPeriodMs: 2_000 }],
  ])("%j is refused: it could not fence", (timing) => {
    expect(() => lock(kubeBench(), "a", timing)).toThrow(RangeError);
  });
});
