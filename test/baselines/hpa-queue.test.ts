import { describe, expect, it } from "vitest";
import { hpaQueue } from "../../src/baselines/hpa-queue.ts";
import type { RoleReplicas } from "../../src/core/policy/policy.ts";
import {
  anAbsence,
  aReading,
  aFleetObservation,
  someSignals,
} from "../support/builders/observed.ts";
import { aView, NOTHING_REMEMBERED } from "../support/builders/peer.ts";
import { ratio } from "../../src/core/units.ts";
import type { FleetObservation } from "../../src/core/observation.ts";

interface Seen {
  readonly waiting?: number | null;
  readonly coverage?: number;
  readonly replicas?: Partial<RoleReplicas>;
  readonly engines?: FleetObservation["engines"];
}

/** Two racks of eight units, target 5 turns waiting a pod. */
function wanted({ waiting = 0, coverage = 1, replicas = {}, engines }: Seen): number | undefined {
  const reading = waiting === null ? anAbsence() : aReading(waiting);
  const covered = reading.kind === "value" ? { ...reading, coverage: ratio(coverage) } : reading;
  const observed = aFleetObservation({
    signals: { ...someSignals(), waitingTurns: covered },
    ...(engines === undefined ? {} : { engines }),
  });
  const answer = hpaQueue(5).want(aView({ observed }, replicas), NOTHING_REMEMBERED);
  return answer.replicas.Aggregated;
}

describe("hpa-queue", () => {
  it.each([
    // 16 pods x 5 = 80 is the target.
    ["at its target holds", { waiting: 80 }, 16],
    ["160 waiting: ratio 2", { waiting: 160 }, 32],
    ["100 waiting: ratio 1.25, ceil(1.25 x 16)", { waiting: 100 }, 20],
    ["an empty queue does not shrink at once", { waiting: 0 }, 16],
    ["without a metric nothing is done", { waiting: null }, 16],
    ["a value that is no number is no metric", { waiting: Number.NaN }, 16],
    ["no pod that reports is no metric", { waiting: 80, replicas: { ready: 0 } }, 16],
    // 8 report 160: ratio 4; 8 pending at 0: 160 / 16 / 5 = 2; ceil(2 x 16).
    ["a rack on its way counts as idle", { waiting: 160, replicas: { present: 8, ready: 8 } }, 32],
    // 8 of 16 ready: ratio 4, 8 missing at 0: ratio 2; ceil(2 x 16).
    ["a rack that loads its model counts as idle", { waiting: 160, replicas: { ready: 8 } }, 32],
    // 3/4 of 16 pods are scraped: 12 report 120, ratio 2; 4 missing: 120 / 16 / 5 = 1.5; 24.
    ["pods that are not scraped count as idle", { waiting: 120, coverage: 0.75 }, 24],
    ["above its maximum it goes there", { replicas: { filled: 88 } }, 80],
    ["below its minimum it goes there", { replicas: { filled: 0 } }, 8],
  ])("%s", (_, seen, replicas) => {
    expect(wanted(seen)).toBe(replicas);
  });

  it("sums the engines where the source tells them apart", () => {
    const engine = { role: "Aggregated", kvUsage: ratio(0), kvTokens: 1 } as const;
    const engines = Array.from({ length: 16 }, (_, n) => ({
      ...engine,
      pod: `pod-${n}`,
      waitingTurns: 10,
    }));
    // 160 on 16 pods.
    expect(wanted({ waiting: 1, engines })).toBe(32);
    // 8 report 80, ratio 2; 8 missing at 0: ratio 1, tolerated.
    expect(wanted({ waiting: 1, engines: engines.slice(0, 8) })).toBe(16);
  });
});
