import { consumerOf } from "../../arbitrate.ts";
import { mostRacks } from "../../intents.ts";
import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** A rack that is moved and those on their way are together no more than the fleet may have. */
export const takerRoomGuard: Guard = {
  name: "taker-room",
  check({ direction, move }, { pool, situation, heldRacks, heldInPool, ...context }) {
    if (direction === "In" || move === undefined) return PASS;
    const { askedRacks = heldRacks, askedInPool = heldInPool } = context;
    const consumer = consumerOf(pool, situation.fleet);
    if (consumer === undefined) return hold(reason("not-a-consumer", `Pool ${pool.name}.`));
    const most = mostRacks(situation.fleet, situation.observed.overrides);
    const room = Math.min(consumer.max - askedInPool, most - askedRacks);
    if (room >= 1) return PASS;
    return hold(reason("fleet-limit", `${askedRacks} held, ${askedRacks + room} allowed.`));
  },
};
