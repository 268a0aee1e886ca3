import { consumerOf } from "../../arbitrate.ts";
import { mostRacks as mostRacksOf } from "../../intents.ts";
import type { CompiledPool } from "../../compiled.ts";
import type { PoolCount } from "../../observation.ts";
import { mostRacks } from "../../racks/members.ts";
import { reason } from "../../reasons.ts";
import type { Reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** The pool's size and the fleet's share of it are bounded; the lowest bound wins. */
export const limitsGuard: Guard = {
  name: "limits",
  check({ direction, from, to }, context) {
    const { pool, count, situation, heldRacks, heldInPool } = context;
    const { askedRacks = heldRacks, askedInPool = heldInPool } = context;
    if (direction === "In") return to < (count.bounds?.least ?? 0) ? hold(atLeast(count)) : PASS;
    const consumer = consumerOf(pool, situation.fleet);
    if (consumer === undefined) return hold(reason("not-a-consumer", `Pool ${pool.name}.`));
    const share = consumer.max - askedInPool;
    const { fleet, observed } = situation;
    const fleetRoom = Math.min(share, mostRacksOf(fleet, observed.overrides) - askedRacks);
    const most = Math.min(pool.limits.maxRacks, mostRacks(count));
    const poolRoom = most - from;
    const room = Math.min(fleetRoom, poolRoom);
    if (to - from <= room) return PASS;
    const why =
      fleetRoom < poolRoom
        ? reason("fleet-limit", `${askedRacks} held, ${askedRacks + fleetRoom} allowed.`)
        : reason("pool-limit", bounded(most, pool));
    return room <= 0 ? hold(why) : { kind: "Limit", to: rackCount(from + room), reason: why };
  },
};

const bounded = (most: number, { name, limits, backend }: CompiledPool): string =>
  most === limits.maxRacks
    ? `limits.maxRacks is ${most}.`
    : `What RackPool ${name} has of ${backend.target.kind} can ask for ${most} racks.`;

const atLeast = ({ bounds }: PoolCount): Reason =>
  reason("pool-limit", `The object's own bounds allow no less than ${bounds?.least ?? 0} racks.`);
