import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RackPhase } from "../../../src/core/decision.ts";
import { arrivalCredit, chanceToServe } from "../../../src/core/racks/arrival-credit.ts";
import type { ArrivalTimes } from "../../../src/core/racks/arrival-credit.ts";
import { poolTimes } from "../../../src/core/racks/lead-time.ts";
import { MINUTE_MS, millis } from "../../../src/core/units.ts";
import { aSmallFleet } from "../../support/builders/compiled.ts";
import { aPool } from "../../support/reports/compiled.ts";

const spread = (p50: number, p95: number) => ({
  p50Ms: millis(p50 * MINUTE_MS),
  p95Ms: millis(p95 * MINUTE_MS),
});
const POOL = aPool("gb200-east", {
  leadTimePrior: {
    grant: spread(0.5, 5),
    boot: spread(27, 45),
    join: spread(1.25, 4),
    repair: spread(30, 24 * 60),
  },
});
const FLEET = aSmallFleet({
  pools: [{ name: POOL.name, preference: 1, engineStartPrior: spread(10, 20) }],
});
const times = poolTimes(POOL, [FLEET], undefined);
const start = times.starts[FLEET.key];
if (start === undefined) throw new Error("no start");
const KNOWN: ArrivalTimes = { times, start };

const PHASES = ["Requested", "Provisioning", "Joining", "Starting", "Repairing"] as const;
const credit = (phase: RackPhase, waited: number, within: number): number =>
  arrivalCredit({ phase, waitedMs: waited * MINUTE_MS }, KNOWN, within * MINUTE_MS);

describe("what a rack on its way counts as", () => {
  // A repair and a start: p50 = 30 + 10, p95 = 40 + √(1410² + 10²) = 1,450 min, so that
  // σ = ln(1450 / 40) / 1.6449 = 2.183. A rack asked for now: p50 = 38.75, p95 = 38.75 +
  // √(4.5² + 18² + 2.75² + 10²) = 60.0 min, σ = 0.2662, of which 94.6 % serve within 59.4 min.
  it.each([
    // Φ(ln(59.4 / 40) / 2.183) = Φ(0.181) = 0.572; / 0.946
    ["Repairing", 0, 59.4, 0.605],
    // F(20) = Φ(−0.3175) = 0.3754, F(79.4) = Φ(0.3141) = 0.6233; 0.2479 / 0.6246 = 0.397; / 0.946
    ["Repairing", 20, 59.4, 0.42],
    // F(300) = Φ(0.923) = 0.822, F(359.4) = Φ(1.0057) = 0.8427; 0.0207 / 0.178 = 0.116; / 0.946
    ["Repairing", 300, 59.4, 0.123],
    ["Requested", 0, 59.4, 1],
    ["Provisioning", 20, 59.4, 1],
    ["Starting", 1, 59.4, 1],
  ] as const)("%s for %d min, within %d min: %d", (phase, waited, within, expected) => {
    expect(credit(phase, waited, within)).toBeCloseTo(expected, 2);
  });

  it("is never below nothing or above a whole rack", () => {
    const minutes = fc.double({ min: 0, max: 3_000, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...PHASES), minutes, minutes, (phase, waited, within) => {
        const counted = credit(phase, waited, within);
        expect(counted).toBeGreaterThanOrEqual(0);
        expect(counted).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("is likelier to serve the longer one waits for it", () => {
    const minutes = fc.double({ min: 0, max: 3_000, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...PHASES), minutes, minutes, minutes, (phase, age, a, b) => {
        const rack = { phase, waitedMs: age * MINUTE_MS };
        const [soon, later] = [a, b].toSorted((one, other) => one - other);
        const chance = (within = 0): number => chanceToServe(rack, KNOWN, within * MINUTE_MS);
        expect(chance(later)).toBeGreaterThanOrEqual(chance(soon));
      }),
    );
  });

  it("grows with its age while it is in time, and only falls once it has begun to", () => {
    // Ages up to p99: beyond, both F(a + t) and F(a) are 1 as far as the approximation can tell.
    for (const phase of PHASES) {
      const ages = Array.from({ length: 60 }, (_, n) => n + 1);
      const chances = ages.map((age) => {
        return chanceToServe({ phase, waitedMs: age * MINUTE_MS }, KNOWN, 10 * MINUTE_MS);
      });
      const falls = chances.map((chance, n) => n > 0 && chance < (chances[n - 1] ?? 0) - 1e-3);
      const first = falls.indexOf(true);
      const rises = chances.slice(first + 1).some((chance, n) => {
        return first >= 0 && chance > (chances[first + n] ?? 1) + 1e-3;
      });
      expect([phase, rises]).toEqual([phase, false]);
    }
    expect(credit("Provisioning", 30, 20)).toBeGreaterThanOrEqual(credit("Provisioning", 5, 20));
    expect(credit("Repairing", 300, 60)).toBeLessThan(credit("Repairing", 30, 60));
  });
});
