/** Random groups: one or two pools, one or two fleets, every policy knob that the gate reads. */
import fc from "fast-check";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../../../src/core/compiled.ts";
import {
  MINUTE_MS,
  gpuCount,
  millis,
  nodeCount,
  rackCount,
  usd,
  usdPerHour,
} from "../../../src/core/units.ts";
import { aSmallFleet } from "../builders/compiled.ts";
import { aFleet, aPool } from "../reports/compiled.ts";

export const POOLS = ["gb200-east", "gb200-west"] as const;
export const FLEETS = ["coder", "writer"] as const;

const AUTO = "Auto" as const;
const aMode = fc.constantFrom("Shadow" as const, "Approve" as const, AUTO, AUTO, AUTO, AUTO);
const racksUpTo = (max: number) => fc.integer({ min: 0, max }).map(rackCount);
const aSomething = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const aRule = fc.record({
  name: fc.constant("rule"),
  when: fc.record({
    direction: fc.constantFrom(null, "Out" as const, "In" as const),
    minRacks: aSomething(racksUpTo(3)),
    minUsdPerHour: aSomething(fc.constant(usdPerHour(100))),
  }),
  approvers: fc.integer({ min: 1, max: 2 }),
  expiresAfterMs: fc.constant(millis(15 * MINUTE_MS)),
  onExpiry: fc.constantFrom("Drop" as const, "Proceed" as const),
});

const aPolicy: fc.Arbitrary<Partial<CompiledFleet>> = fc.record({
  mode: fc.record({ scaleOut: aMode, scaleIn: aMode }),
  racks: fc.record({
    min: fc.constantFrom(...[0, 0, 1, 1, 2, 5, 7].map(rackCount)),
    max: fc.constantFrom(rackCount(2), rackCount(9), rackCount(9)),
    surviveRackLosses: racksUpTo(1),
  }),
  confirm: fc.oneof(fc.constant([]), fc.array(aRule, { maxLength: 2 })),
  cacheVeto: fc.constantFrom("Off" as const, "Confirm" as const, "Hold" as const),
  budget: fc.oneof(
    fc.constant(null),
    fc.record({
      usdPerDay: fc.constantFrom(usd(0), usd(5_000)),
      appliesTo: fc.constantFrom("AboveCommitment" as const, "Everything" as const),
      replaceLostRack: fc.boolean(),
    }),
  ),
  drain: fc.record({
    ...constants(aSmallFleet().drain),
    onDeadline: fc.constantFrom("Cancel" as const, "Force" as const),
  }),
});

function constants<T extends object>(of: T): { readonly [K in keyof T]: fc.Arbitrary<T[K]> };
function constants(of: object): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(of).map(([key, value]) => [key, fc.constant(value)]));
}

const drawnFrom = fc.subarray([...POOLS], { minLength: 1 });

const someFleet = (name: (typeof FLEETS)[number]): fc.Arbitrary<CompiledFleet> =>
  fc.tuple(aPolicy, drawnFrom, fc.shuffledSubarray([1, 2], { minLength: 2 })).map(
    ([policy, pools, preferences]): CompiledFleet => ({
      ...aSmallFleet(policy),
      ...aFleetNamed(name),
      pools: pools.map((pool, n) => ({
        name: pool,
        preference: preferences[n] ?? 1,
        engineStartPrior: { p50Ms: MINUTE_MS, p95Ms: MINUTE_MS },
      })),
    }),
  );

function aFleetNamed(name: string): Pick<CompiledFleet, "key" | "name" | "namespace" | "uid"> {
  const { key, namespace, uid } = aFleet(name);
  return { key, name, namespace, uid };
}

/** Racks of two nodes, so that a property sees thousands of worlds. */
const somePool = (name: string): fc.Arbitrary<CompiledPool> =>
  fc
    .record({
      committed: racksUpTo(5),
      price: fc.constantFrom(null, 100, 756),
      limits: fc.record({
        maxRacks: fc.constantFrom(rackCount(3), rackCount(8), rackCount(8)),
        maxDraining: fc.constantFrom(rackCount(0), rackCount(1), rackCount(2)),
        maxRequestsPerHour: fc.integer({ min: 1, max: 3 }),
      }),
      action: fc.constantFrom("Hold" as const, "Adopt" as const),
      consumers: fc.constantFrom(
        ["coder", "writer"],
        ["coder", "writer"],
        ["coder"],
        ["writer"],
        [],
      ),
      guaranteed: racksUpTo(3),
      max: fc.constantFrom(rackCount(2), rackCount(8), rackCount(8)),
    })
    .map((drawn) =>
      aPool(name, {
        rack: {
          domainKeys: ["domain"],
          nodes: nodeCount(2),
          usableNodes: nodeCount(2),
          gpusPerNode: gpuCount(4),
        },
        supply: { kind: "Reserved", committedRacks: drawn.committed, windows: [] },
        price:
          drawn.price === null
            ? null
            : { usdPerRackHour: usdPerHour(drawn.price), billedFrom: "Booted" },
        limits: drawn.limits,
        onForeignWrite: { action: drawn.action, forMs: millis(30 * MINUTE_MS) },
        consumers: drawn.consumers.map((fleet) => ({
          fleet: { namespace: "agents", name: fleet },
          guaranteed: drawn.guaranteed,
          max: drawn.max,
          weight: 100,
        })),
      }),
    );

export const aRandomGroup: fc.Arbitrary<CompiledGroup> = fc
  .record({
    pools: fc.tuple(...POOLS.map(somePool)),
    fleets: fc.tuple(...FLEETS.map(someFleet)),
  })
  .map(({ pools, fleets }) => ({ name: POOLS[0], pools, fleets }));
