import { consumerOf } from "../../arbitrate.ts";
import { reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** The pool's size and the fleet's share of it are bounded; the lowest bound wins. */
export const limitsGuard: Guard = {
  name: "limits",
  check({ direction, from, to }, { pool, situation, heldRacks, heldInPool }) {
    if (direction === "In") return PASS;
    const consumer = consumerOf(pool, situation.fleet);
    if (consumer === undefined) return hold(reason("not-a-consumer", `Pool ${pool.name}.`));
    const share = consumer.max - heldInPool;
    const fleetRoom = Math.min(share, situation.fleet.racks.max - heldRacks);
    const poolRoom = pool.limits.maxRacks - from;
    const room = Math.min(fleetRoom, poolRoom);
    if (to - from <= room) return PASS;
    const why =
      fleetRoom < poolRoom
        ? reason("fleet-limit", `${heldRacks} held, ${heldRacks + fleetRoom} allowed.`)
        : reason("pool-limit", `limits.maxRacks is ${pool.limits.maxRacks}.`);
    return room <= 0 ? hold(why) : { kind: "Limit", to: rackCount(from + room), reason: why };
  },
};
