/** Random observations and memories: anything that types allow and a cluster could show. */
import fc from "fast-check";
import type { FleetKey } from "../../../src/core/compiled.ts";
import { EMPTY_FLEET_MEMORY, EMPTY_MEMORY } from "../../../src/core/memory.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type {
  FleetObservation,
  GroupObservation,
  Intent,
  PoolObservation,
  RackObservation,
  SignalReading,
} from "../../../src/core/observation.ts";
import { UNLABELLED } from "../../../src/core/racks/inventory.ts";
import type { SignalName } from "../../../src/core/signals/names.ts";
import { HOUR_MS, after, millis, rackCount, ratio } from "../../../src/core/units.ts";
import {
  NOW,
  aLoad,
  aReading,
  anAbsence,
  anIntent,
  anOverride,
  aPod,
  aNode,
  aPoolObservation,
  someSignals,
} from "../builders/observed.ts";
import { aFleetMemory, aPoolMemory } from "../builders/remembered.ts";
import { FLEETS, POOLS } from "./policy.ts";

const KEYS: readonly FleetKey[] = FLEETS.map((name): FleetKey => `agents/${name}`);
const often = fc.constantFrom(true, true, true, true, false);
const rarely = often.map((yes) => !yes);
const anInstant = fc
  .integer({ min: -3, max: 3 })
  .map((hours) => after(NOW, millis(hours * HOUR_MS)));
const racks = (max: number) => fc.integer({ min: 0, max }).map(rackCount);

const aBadReading: fc.Arbitrary<SignalReading> = fc.constantFrom(
  anAbsence(),
  aReading(Number.NaN),
  aReading(-1),
  aReading(1, after(NOW, millis(-1 * HOUR_MS))),
  { ...aReading(1), coverage: ratio(0.5) },
);

const somePods = (id: string, owner: FleetKey | null) =>
  fc
    .array(fc.record({ ready: fc.boolean(), terminating: rarely, stranger: rarely }), {
      maxLength: 2,
    })
    .map((pods) =>
      pods.map(({ ready, terminating, stranger }, n) =>
        aPod(`${id}-p${n}`, `${id}-n${n}`, { ready, terminating, fleet: stranger ? null : owner }),
      ),
    );

function aRandomRack(id: string): fc.Arbitrary<RackObservation> {
  return fc
    .record({
      owner: fc.constantFrom(...KEYS),
      ready: often,
      cordoned: fc.constantFrom(false, false, true),
      hidden: rarely,
    })
    .chain(({ owner, ready, cordoned, hidden }) =>
      somePods(id, owner).map((pods) => ({
        id: hidden && id.endsWith("0") ? UNLABELLED : id,
        nodes: [0, 1].map((n) => aNode(`${id}-n${n}`, { ready, cordoned })),
        pods,
      })),
    );
}

const aRandomPool = (name: string): fc.Arbitrary<PoolObservation> =>
  fc
    .record({
      desired: racks(8),
      readable: often,
      refused: rarely,
      racks: fc
        .integer({ min: 0, max: 5 })
        .chain((n) =>
          fc.tuple(...Array.from({ length: n }, (_, index) => aRandomRack(`${name}-${index}`))),
        ),
    })
    .map(({ desired, readable, refused, racks: found }) => ({
      ...aPoolObservation(desired, { name, racks: found }),
      ...(readable ? {} : { count: null }),
      refusals: refused ? [{ code: "pool-refused" as const, text: `RackPool ${name}: no.` }] : [],
    }));

const anyOverride = fc
  .record({
    pauseOut: rarely,
    pauseIn: rarely,
    floorRacks: fc.option(racks(9), { nil: null }),
    ceilingRacks: fc.option(racks(9), { nil: null, freq: 2 }),
  })
  .map(anOverride);

const aSizingSignal = fc.constantFrom<SignalName>("arrivals", "kvUsage", "promptTokens");

const aRandomFleet = (key: FleetKey): fc.Arbitrary<FleetObservation> =>
  fc
    .record({
      arrivals: fc.constantFrom(0, 1, 1, 1, 16, 60, 500),
      bad: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.tuple(aSizingSignal, aBadReading) },
      ),
      overrides: fc.oneof(
        { weight: 3, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(anyOverride, { maxLength: 2 }) },
      ),
      rollout: rarely,
    })
    .map(({ arrivals, bad, overrides, rollout }) => {
      const signals = someSignals(aLoad(arrivals));
      const broken = bad === undefined ? signals : { ...signals, [bad[0]]: bad[1] };
      return { key, signals: broken, objectives: [], overrides, rollout, problems: [] };
    });

/** An intent as the controller would once have opened it. */
const aRandomIntent = (pool: PoolObservation): fc.Arbitrary<Intent> =>
  fc
    .record({
      fleet: fc.constantFrom<FleetKey>(...KEYS, ...KEYS, ...KEYS, "agents/gone"),
      out: fc.boolean(),
      off: fc.constantFrom(0, 0, 0, 1, -1),
      by: fc.integer({ min: 1, max: 3 }),
      rack: fc.constantFrom(...pool.racks, null),
      phase: fc.constantFrom<Intent["phase"]>(
        "Pending",
        "Approved",
        "Executing",
        "Executing",
        "Done",
        "Failed",
      ),
      asked: fc.boolean(),
      requiredApprovals: fc.integer({ min: 1, max: 2 }),
      onExpiry: fc.constantFrom("Drop" as const, "Proceed" as const),
      verdicts: fc.subarray(["ada", "bea", "eve"] as const),
      expiresAt: anInstant,
      actBefore: anInstant,
      deadline: anInstant,
    })
    .map((drawn) => {
      const { out, off, by, rack, asked, deadline } = drawn;
      const from = Math.max(1, (pool.count?.desired ?? 4) + off);
      const to = rackCount(out ? from + by : from - 1);
      const victim = rack === null ? `${pool.name}-gone` : rack.id;
      return anIntent({
        ...drawn,
        name: pool.name,
        pool: pool.name,
        direction: out ? "Out" : "In",
        fromRacks: rackCount(from),
        toRacksAtMost: to,
        askedRacks: asked ? to : null,
        rack: out ? null : victim,
        victimNodeUids: out ? [] : (rack?.nodes.map(({ uid }) => uid) ?? []),
        approvals: drawn.verdicts.map((by) => ({
          by,
          verdict: by === "eve" ? ("Reject" as const) : ("Approve" as const),
          reason: "seen",
        })),
        drainDeadline: out ? null : deadline,
      });
    });

/** Names are never used twice; one is open per pool and direction, as the gate promises. */
const someIntents = (pool: PoolObservation): fc.Arbitrary<readonly Intent[]> =>
  fc
    .uniqueArray(aRandomIntent(pool), {
      maxLength: 3,
      selector: ({ direction, phase }) => (["Done", "Failed"].includes(phase) ? phase : direction),
    })
    .map((intents) =>
      intents.map((intent, n) => ({
        ...intent,
        name: `${pool.name}-${intent.direction.toLowerCase()}-${n + 1}`,
      })),
    );

export const aRandomObservation: fc.Arbitrary<GroupObservation> = fc
  .record({
    leading: often,
    pools: fc.tuple(...POOLS.map(aRandomPool)),
    fleets: fc.tuple(...KEYS.map(aRandomFleet)),
  })
  .chain((drawn) =>
    fc
      .tuple(...drawn.pools.map(someIntents))
      .map((intents) => ({ now: NOW, ...drawn, intents: intents.flat() })),
  );

const someFleetMemory = fc
  .record({
    known: often,
    racks: fc.constantFrom(0, 0, 1, 4, 8),
    hours: fc.constantFrom(1, 3, 3, 3),
  })
  .map(({ known, racks: wanted, hours }) =>
    known ? aFleetMemory({ racks: wanted, hours }) : EMPTY_FLEET_MEMORY,
  );

const somePoolMemory = (pool: PoolObservation) =>
  fc
    .record({ known: often, young: rarely, requests: fc.array(anInstant, { maxLength: 1 }) })
    .map(({ known, young, requests }) => {
      const desired = pool.count?.desired ?? 4;
      const memory = aPoolMemory(known ? desired : desired + 1, { requests });
      return young ? { ...memory, expectedRacks: null } : memory;
    });

/** What is remembered of the pools fits what is seen of them, mostly. */
export const aMemoryOf = ({ pools: seen }: GroupObservation): fc.Arbitrary<GroupMemory> =>
  fc
    .record({
      fleets: fc.tuple(...KEYS.map(() => someFleetMemory)),
      pools: fc.tuple(...seen.map(somePoolMemory)),
    })
    .map(({ fleets, pools }) => ({
      ...EMPTY_MEMORY,
      fleets: Object.fromEntries(KEYS.map((key, n) => [key, fleets[n] ?? EMPTY_FLEET_MEMORY])),
      pools: Object.fromEntries(POOLS.map((name, n) => [name, pools[n] ?? aPoolMemory(0)])),
    }));
