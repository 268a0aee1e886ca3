import { describe, expect, it } from "vitest";
import { millis, ratio } from "../../src/core/units.ts";
import { Arrivals } from "../../src/sim/arrivals.ts";
import { EventQueue, PRIORITY } from "../../src/sim/event-queue.ts";
import type { FleetServiceOptions } from "../../src/sim/fleet-service.ts";
import { FleetService } from "../../src/sim/fleet-service.ts";
import { checkTurnsConserved } from "../../src/sim/ledger.ts";
import { MINUTE, PLAIN_ENGINE, aTurn } from "../support/simulated-world.ts";

const OPTIONS: FleetServiceOptions = {
  engine: PLAIN_ENGINE,
  gpusPerUnit: 1,
  clientTimeoutMs: 120_000,
  thinkMs: null,
  objectives: [
    { name: "ttft", metric: "TTFT", matchers: {}, thresholdMs: millis(500), share: ratio(0.95) },
  ],
};

/** At the law's ceiling 3.7 % of a prompt is cold: 37 ms for 1,000 tokens on one GPU. */
const PREFILL_MS = 37;

function aService(options: Partial<FleetServiceOptions> = {}) {
  const queue = new EventQueue(0);
  const service = new FleetService(queue, { ...OPTIONS, ...options });
  return { queue, service };
}

describe("a turn", () => {
  it("is prefilled, decodes, and completes", () => {
    const { queue, service } = aService();
    service.addUnit(0);
    service.offer(aTurn(0));
    expect(service.metrics()).toMatchObject({ running: 1, waiting: 0, pinnedTokens: 1_100 });
    queue.runUntil(PREFILL_MS - 1);
    expect(service.metrics().firstTokens).toBe(0);
    queue.runUntil(PREFILL_MS + 1);
    expect(service.metrics()).toMatchObject({ firstTokens: 1, generatedTokens: 0, running: 1 });
    // 100 tokens at 10 ms.
    queue.runUntil(PREFILL_MS + 1_001);
    expect(service.metrics()).toMatchObject({ generatedTokens: 100, running: 0, pinnedTokens: 0 });
    expect(service.counts()).toMatchObject({ offered: 1, completed: 1, abandoned: 0, queued: 0 });
  });

  it("waits its turn when every unit prefills", () => {
    const { queue, service } = aService();
    service.addUnit(0);
    for (let i = 0; i < 3; i += 1) service.offer(aTurn(0));
    expect(service.metrics()).toMatchObject({ running: 1, waiting: 2 });
    queue.runUntil(2 * PREFILL_MS + 1);
    expect(service.metrics()).toMatchObject({ firstTokens: 2, waiting: 0 });
  });

  it("is given up by its client after the timeout, not before", () => {
    const { queue, service } = aService();
    service.offer(aTurn(0));
    queue.runUntil(119_999);
    expect(service.counts()).toMatchObject({ queued: 1, abandoned: 0 });
    queue.runUntil(120_000);
    expect(service.counts()).toMatchObject({ queued: 0, abandoned: 1 });
    expect(service.ledger.read()).toEqual([{ name: "ttft", met: 0, judged: 1 }]);
  });

  it("is not sent while its session waits, and counts as missed", () => {
    const { service } = aService({ thinkMs: 1_000 });
    service.offer(aTurn(0, { session: 0.5 }));
    service.offer(aTurn(0, { session: 0.5 }));
    expect(service.counts()).toMatchObject({ offered: 2, queued: 1, unsent: 1 });
    expect(service.ledger.read()).toEqual([{ name: "ttft", met: 0, judged: 1 }]);
  });

  it("survives the death of its engine, and is judged once", () => {
    const { queue, service } = aService();
    const first = service.addUnit(0);
    service.offer(aTurn(0));
    service.offer(aTurn(0));
    queue.runUntil(PREFILL_MS + 1);
    service.killUnit(first);
    service.killUnit(first);
    expect(service.counts()).toMatchObject({ queued: 2, running: 0 });
    queue.runUntil(1_000);
    service.addUnit(1_000);
    queue.runUntil(60_000);
    expect(service.counts()).toMatchObject({ offered: 2, completed: 2, abandoned: 0 });
    expect(service.metrics()).toMatchObject({ running: 0, pinnedTokens: 0, firstTokens: 3 });
    expect(service.ledger.read()).toEqual([{ name: "ttft", met: 1, judged: 2 }]);
  });
});

describe("a unit that dies", () => {
  it("takes its share of the caches with it, once", () => {
    const { service } = aService();
    const [first] = [service.addUnit(0), service.addUnit(0)];
    const { kvTokens } = service.metrics();
    const before = service.hitRate();
    service.killUnit(first);
    service.killUnit(first);
    expect(service.metrics().kvTokens).toBe(kvTokens / 2);
    expect(service.hitRate()).toBeCloseTo(before / 2, 9);
  });

  it("leaves decoding as it was when only a prefill is lost", () => {
    const engine = { ...PLAIN_ENGINE, itlPerSequenceMs: 1 };
    const { queue, service } = aService({ engine });
    const doomed = service.addUnit(0);
    service.offer(aTurn(0));
    queue.runUntil(1);
    service.killUnit(doomed);
    service.addUnit(0);
    // Prefill at the hit rate that is left (0), then 100 tokens at 10 + 1 ms.
    queue.runUntil(1_001 + 1_099);
    expect(service.counts()).toMatchObject({ completed: 0, running: 1 });
    queue.runUntil(1_001 + 1_101);
    expect(service.counts()).toMatchObject({ completed: 1, running: 0 });
  });
});

describe("a draining unit", () => {
  it("takes no new turn and tells when its last one ended", () => {
    const { queue, service } = aService();
    const unit = service.addUnit(0);
    service.offer(aTurn(0));
    let emptyAt = -1;
    service.drainUnit(unit, () => {
      emptyAt = queue.now();
    });
    service.offer(aTurn(0));
    queue.runUntil(5_000);
    expect(emptyAt).toBeCloseTo(PREFILL_MS + 1_000, 6);
    expect(service.counts()).toMatchObject({ completed: 1, queued: 1 });
  });

  it("is gone at once when idle", () => {
    const { service } = aService();
    let empty = false;
    service.drainUnit(service.addUnit(0), () => {
      empty = true;
    });
    expect(empty).toBe(true);
  });
});

describe("the queue against theory", () => {
  /** Mean wait before prefill of `turns` turns at load `rho`, in service times. */
  function meanWait(rho: number, spread: { p50: number; p95: number }): number {
    const { queue, service } = aService({ clientTimeoutMs: 1e9 });
    service.addUnit(-1e12);
    const arrivals = new Arrivals(
      {
        fleet: "agents/coder",
        baseTurnsPerSecond: (rho * 1_000) / PREFILL_MS,
        wave: { amplitude: 0, periodMs: millis(MINUTE) },
        noiseSigma: 0,
        surges: null,
        promptTokens: spread,
        outputTokens: { p50: 1, p95: 1 },
        thinkMs: null,
        clientTimeoutMs: millis(MINUTE),
      },
      0,
      11,
    );
    let waitingTime = 0;
    let sampledAt = 0;
    const step = 11;
    const sample = (at: number): void => {
      waitingTime += service.counts().queued * step;
      sampledAt = at;
      queue.schedule(at + step, PRIORITY.scrape, sample);
    };
    const next = (): void => {
      const turn = arrivals.next();
      queue.schedule(turn.at, PRIORITY.arrive, () => {
        service.offer(turn);
        next();
      });
    };
    next();
    queue.schedule(step, PRIORITY.scrape, sample);
    queue.runUntil(3_600_000);
    // Little: mean wait = mean number waiting / arrival rate.
    const meanWaiting = waitingTime / sampledAt;
    return meanWaiting / rho;
  }

  it("waits as an M/D/1 queue at 70 % load: ρ / 2(1 − ρ) = 1.167 service times", () => {
    expect(meanWait(0.7, { p50: 1_000, p95: 1_000 }) / (0.7 / 0.6)).toBeCloseTo(1, 1);
  }, 30_000);

  it("waits as an M/D/1 queue at 50 % load: 0.5 service times", () => {
    expect(meanWait(0.5, { p50: 1_000, p95: 1_000 }) / 0.5).toBeCloseTo(1, 1);
  }, 30_000);
});

describe("turns", () => {
  it("are conserved whatever happens to the engines", () => {
    const { queue, service } = aService({ thinkMs: 2_000, clientTimeoutMs: 3_000 });
    const units = [service.addUnit(0), service.addUnit(0)];
    for (let at = 0; at < 60_000; at += 7) {
      queue.runUntil(at);
      service.offer(aTurn(at, { turnsPerSecond: 140, session: (at % 97) / 97 }));
      const unit = units[at % units.length];
      if (at % 1_001 === 0 && unit !== undefined) {
        if (at % 2 === 0) service.killUnit(unit);
        else if (unit.accepting) service.drainUnit(unit, () => {});
        units.push(service.addUnit(at));
      }
      checkTurnsConserved("agents/coder", service.counts());
    }
    const counts = service.counts();
    expect(Math.min(counts.completed, counts.abandoned, counts.unsent)).toBeGreaterThan(0);
  });
});
