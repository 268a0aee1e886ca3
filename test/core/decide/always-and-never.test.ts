import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { canonical } from "../../../src/core/canonical.ts";
import type { CompiledFleet, CompiledGroup, CompiledPool } from "../../../src/core/compiled.ts";
import { decide } from "../../../src/core/decide.ts";
import type { Action, Decision } from "../../../src/core/decision.ts";
import type { GroupMemory } from "../../../src/core/memory.ts";
import type { GroupObservation, Intent } from "../../../src/core/observation.ts";
import { assessFleet } from "../../../src/core/signals/trust.ts";
import { SECOND_MS, millis } from "../../../src/core/units.ts";
import { aRandomGroup } from "../../support/arbitrary/policy.ts";
import { aMemoryOf, aRandomObservation } from "../../support/arbitrary/world.ts";
import { applyPlan } from "../../support/model/apply.ts";

/** Per property; a world and its decision take 0.4 ms, several times that on a busy machine. */
const RUNS = 250;
vi.setConfig({ testTimeout: 60_000 });

interface Case {
  readonly group: CompiledGroup;
  readonly observation: GroupObservation;
  readonly memory: GroupMemory;
}

type Budget = NonNullable<CompiledFleet["budget"]>;

const aCase: fc.Arbitrary<Case> = fc
  .record({ group: aRandomGroup, observation: aRandomObservation })
  .chain((seen) => aMemoryOf(seen.observation).map((memory) => ({ ...seen, memory })));

const decided = ({ group, observation, memory }: Case): Decision =>
  decide(group, observation, memory).decision;

/** @param check what holds for any group, observation and memory */
function always(check: (random: Case, decision: Decision) => void): void {
  fc.assert(
    fc.property(aCase, (random) => check(random, decided(random))),
    { numRuns: RUNS },
  );
}

/** Intents as they stand once the plan's phases are set, by name. */
const intentsAfter = ({ observation }: Case, { plan }: Decision): readonly Intent[] =>
  applyPlan(observation, plan).intents;

const intentOf = (action: Action, random: Case, decision: Decision): Intent => {
  const name = action.kind === "OpenIntent" ? action.intent.name : action.intent;
  const found = [...random.observation.intents, ...intentsAfter(random, decision)].find(
    (intent) => intent.name === name,
  );
  if (found === undefined) throw new Error(`no intent ${name}`);
  return found;
};

/** What touches the cluster, as opposed to our own bookkeeping. */
const touching = ({ plan }: Decision) =>
  plan.filter((action) => action.kind !== "OpenIntent" && action.kind !== "SetPhase");

const counts = ({ plan }: Decision) => plan.flatMap((a) => (a.kind === "SetCount" ? [a] : []));
/** All racks of the pools: what a fleet may be thought to hold before awards. */
const counted = ({ pools }: GroupObservation) => [
  pools.reduce((sum, { count, racks }) => sum + Math.max(count?.desired ?? 0, racks.length), 0),
];
const openings = ({ plan }: Decision) =>
  plan.flatMap((action) => (action.kind === "OpenIntent" ? [action.intent] : []));

/**
 * Racks that a fleet need not pay for: those committed, and those of other fleets, which may be all
 * that there were (what each holds of several pools: `three-pools.test.ts`).
 */
function unpaid(
  { group }: Case,
  { pool, budget, from }: { pool: CompiledPool; budget: Budget; from: number },
): number {
  const committed = budget.appliesTo === "AboveCommitment" ? pool.supply.committedRacks : 0;
  return Math.max(committed, group.fleets.length === 1 ? 0 : from);
}

describe("whatever is observed", () => {
  it("every kind of action comes up in the random worlds: what follows is about something", () => {
    const kinds = fc
      .sample(aCase, { numRuns: 3_000, seed: 1 })
      .flatMap((random) => decided(random).plan.map(({ kind }) => kind));
    expect([...new Set(kinds)].toSorted()).toEqual([
      "Cordon",
      "Evict",
      "OpenIntent",
      "SetCount",
      "SetPhase",
      "Uncordon",
    ]);
  });

  it("a decision is made, and twice the same one", () => {
    always((random, decision) => {
      expect(canonical(decided(random))).toBe(canonical(decision));
      expect(decision.fleets.map(({ fleet }) => fleet)).toHaveLength(random.group.fleets.length);
    });
  });

  it("the order of pools, fleets, racks and intents in the input does not matter", () => {
    fc.assert(
      fc.property(aCase, fc.infiniteStream(fc.nat()), ({ group, observation, memory }, draws) => {
        const shuffled = <T>(items: readonly T[]): readonly T[] =>
          items
            .map((item) => ({ item, at: draws.next().value }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const turned = {
          group: { ...group, pools: shuffled(group.pools), fleets: shuffled(group.fleets) },
          observation: {
            ...observation,
            pools: shuffled(observation.pools.map((p) => ({ ...p, racks: shuffled(p.racks) }))),
            fleets: shuffled(observation.fleets),
            intents: shuffled(observation.intents),
          },
          memory,
        };
        expect(canonical(decided(turned))).toBe(canonical(decided({ group, observation, memory })));
      }),
      { numRuns: RUNS },
    );
  });

  it("INV-8: a plan applied twice is a plan applied once", () => {
    always(({ observation }, { plan }) => {
      const once = applyPlan(observation, plan);
      expect(canonical(applyPlan(once, plan))).toBe(canonical(once));
    });
  });

  it("at most one decision is open per pool and direction", () => {
    always((random, decision) => {
      const open = intentsAfter(random, decision).filter(({ phase }) =>
        ["Pending", "Approved", "Executing"].includes(phase),
      );
      const slots = open.map(({ pool, direction }) => `${pool} ${direction}`);
      expect(new Set(slots).size).toBe(slots.length);
    });
  });

  it("INV-10: every fleet, action and wait has a reason", () => {
    always((_, { fleets, plan, progress }) => {
      for (const { reasons } of fleets) expect(reasons.length).toBeGreaterThan(0);
      for (const { reason } of [...plan, ...progress]) expect(reason.text).not.toBe("");
    });
  });
});

describe("never", () => {
  it("INV-2: is more asked for than pool, consumer, fleet and consent allow", () => {
    always((random, decision) => {
      for (const { pool, fleet, fromRacks, toRacksAtMost, direction } of openings(decision)) {
        if (direction === "In") {
          expect(toRacksAtMost).toBe(fromRacks - 1);
          continue;
        }
        const policy = random.group.pools.find(({ name }) => name === pool);
        const consumer = policy?.consumers.find((c) => `agents/${c.fleet.name}` === fleet);
        const own = random.group.fleets.find(({ key }) => key === fleet);
        expect(toRacksAtMost).toBeLessThanOrEqual(policy?.limits.maxRacks ?? 0);
        expect(toRacksAtMost - fromRacks).toBeLessThanOrEqual(consumer?.max ?? 0);
        expect(toRacksAtMost - fromRacks).toBeLessThanOrEqual(own?.racks.max ?? 0);
        expect(toRacksAtMost - fromRacks).toBeLessThanOrEqual(own?.behavior.maxStepOut ?? 0);
      }
    });
  });

  it("INV-2: does a fleet that grows hold more than its maximum, or an override's ceiling", () => {
    always(({ group, observation }, { fleets }) => {
      for (const { fleet, outcome, targetRacks } of fleets) {
        if (outcome !== "Grow") continue;
        const own = group.fleets.find(({ key }) => key === fleet);
        const seen = observation.fleets.find(({ key }) => key === fleet);
        const ceilings = seen?.overrides.map(({ ceilingRacks }) => ceilingRacks ?? 99) ?? [];
        expect(targetRacks).toBeLessThanOrEqual(Math.min(own?.racks.max ?? 0, ...ceilings));
      }
    });
  });

  it("INV-2: is a count raised above limit or consent, or lowered by more than one", () => {
    always((random, decision) => {
      for (const action of counts(decision)) {
        const intent = intentOf(action, random, decision);
        const limit = random.group.pools.find(({ name }) => name === action.pool)?.limits.maxRacks;
        const count = random.observation.pools.find(({ name }) => name === action.pool)?.count;
        expect(action.from).toBe(count?.desired);
        if (action.to < action.from) expect(action.to).toBe(action.from - 1);
        else expect(action.to).toBeLessThanOrEqual(Math.min(limit ?? 0, intent.toRacksAtMost));
      }
    });
  });

  it("INV-7: does a signal that cannot be trusted lead to scale-in", () => {
    always((random, decision) => {
      const blind = random.observation.fleets
        .filter((f) => !assessFleet(f, random.observation.now, millis(15 * SECOND_MS)).complete)
        .map(({ key }) => key);
      for (const action of decision.plan) {
        const { direction, fleet } = intentOf(action, random, decision);
        if (direction !== "In" || !blind.includes(fleet)) continue;
        expect(["SetPhase", "Uncordon"]).toContain(action.kind);
        if (action.kind === "SetPhase") expect(action.phase).not.toBe("Executing");
      }
    });
  });

  it("INV-7: is more wanted without trust than was last, or than a person asks for", () => {
    always(({ group, observation, memory }, { fleets }) => {
      for (const { fleet, want, heldRacks } of fleets) {
        if (want.shrinkHold === null) continue;
        const seen = observation.fleets.find(({ key }) => key === fleet);
        const own = group.fleets.find(({ key }) => key === fleet);
        const floors = seen?.overrides.map(({ floorRacks }) => floorRacks ?? 0) ?? [];
        const last = memory.fleets[fleet]?.lastTrustedWant;
        const standing = last ?? Math.max(heldRacks, ...counted(observation));
        const asked = Math.max(standing, own?.racks.min ?? 0, ...floors);
        expect(want.racks).toBeLessThanOrEqual(asked);
      }
    });
  });

  it("INV-11: is anything written without the lease", () => {
    always(({ observation }, { plan }) => {
      if (!observation.leading) expect(plan).toEqual([]);
    });
  });

  it("INV-11: is the cluster touched while paused, or before the decision executes", () => {
    always((random, decision) => {
      for (const action of touching(decision)) {
        const { direction, fleet, name } = intentOf(action, random, decision);
        const overrides = random.observation.fleets.find(({ key }) => key === fleet)?.overrides;
        const paused = overrides?.some((o) => (direction === "Out" ? o.pauseOut : o.pauseIn));
        // A pause keeps racks: a drain nobody needs any more may still be given up.
        if (action.kind !== "Uncordon") expect(paused ?? false).toBe(false);
        const before = random.observation.intents.find((intent) => intent.name === name)?.phase;
        expect(["Approved", "Executing"]).toContain(before);
      }
    });
  });

  it("INV-11: does a decision become approved or start without its approvals, or too late", () => {
    always(({ observation }, { plan }) => {
      for (const action of plan) {
        if (action.kind !== "SetPhase") continue;
        const intent = observation.intents.find(({ name }) => name === action.intent);
        if (action.phase === "Executing") {
          expect(intent?.phase).toBe("Approved");
          expect(intent?.actBefore).toBeGreaterThanOrEqual(observation.now);
        }
        if (action.phase !== "Approved") continue;
        expect(intent?.approvals.some(({ verdict }) => verdict === "Reject")).toBe(false);
        const expired = intent !== undefined && intent.expiresAt <= observation.now;
        const proceeds = expired && intent.onExpiry === "Proceed";
        const enough = (intent?.approvals.length ?? 0) >= (intent?.requiredApprovals ?? 9);
        expect(enough || proceeds).toBe(true);
      }
    });
  });

  it("INV-12: is a count lowered while pods run on the drained nodes, unless forced", () => {
    always((random, decision) => {
      for (const action of counts(decision).filter(({ from, to }) => to < from)) {
        const { victimNodeUids, fleet, drainDeadline } = intentOf(action, random, decision);
        const all = random.observation.pools.flatMap(({ racks }) => racks);
        const names = all.flatMap(({ nodes }) =>
          nodes.flatMap(({ uid, name }) => (victimNodeUids.includes(uid) ? [name] : [])),
        );
        const left = all.flatMap(({ pods }) => pods.filter(({ node }) => names.includes(node)));
        const { drain } = random.group.fleets.find(({ key }) => key === fleet) ?? {};
        const late = drainDeadline !== null && drainDeadline <= random.observation.now;
        expect(left.length === 0 || (late && drain?.onDeadline === "Force")).toBe(true);
      }
    });
  });

  it("INV-14: with a budget, is more taken than is free while price or count is unknown", () => {
    always((random, decision) => {
      const growths = [
        ...openings(decision).map((i) => ({ pool: i.pool, fleet: i.fleet, to: i.toRacksAtMost })),
        ...counts(decision).map((a) => ({ ...a, fleet: intentOf(a, random, decision).fleet })),
      ];
      for (const { pool: name, fleet, to } of growths) {
        const pool = random.group.pools.find((p) => p.name === name);
        const { budget } = random.group.fleets.find(({ key }) => key === fleet) ?? {};
        const seen = random.observation.pools.find((p) => p.name === name);
        expect(seen?.count).not.toBeNull();
        const from = seen?.count?.desired ?? 0;
        if (!budget || pool?.price !== null || to <= from) continue;
        expect(to).toBeLessThanOrEqual(unpaid(random, { pool, budget, from }));
      }
    });
  });

  it("INV-2: does a decision that is opened cost more than the fleet's budget in its pool", () => {
    always((random, decision) => {
      for (const { pool: name, fleet, fromRacks, toRacksAtMost } of openings(decision)) {
        const pool = random.group.pools.find((p) => p.name === name);
        const { budget } = random.group.fleets.find(({ key }) => key === fleet) ?? {};
        // What stands in for a lost rack may be beyond it.
        if (!budget || !pool?.price || budget.replaceLostRack || toRacksAtMost <= fromRacks)
          continue;
        const free = unpaid(random, { pool, budget, from: fromRacks });
        const usdPerDay = Math.max(0, toRacksAtMost - free) * pool.price.usdPerRackHour * 24;
        expect(usdPerDay).toBeLessThanOrEqual(budget.usdPerDay);
      }
    });
  });

  it("is a pool touched that refuses to be scaled", () => {
    always(({ observation }, decision) => {
      const refusing = observation.pools.filter((p) => p.refusals.length > 0 || p.count === null);
      const names = refusing.map(({ name }) => name);
      for (const touched of [...touching(decision), ...openings(decision)]) {
        if ("pool" in touched) expect(names).not.toContain(touched.pool);
      }
    });
  });
});
