import { lowestCeiling, pausingOverride } from "../../intents.ts";
import { reason } from "../../reasons.ts";
import { rackCount } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/**
 * A person's pause stops its direction, and nothing grows past their ceiling: the want is below it,
 * but racks that no award counts on are held as well. The most restrictive override wins.
 */
export const overrideGuard: Guard = {
  name: "override",
  check({ direction, from, to, loan }, { situation, heldRacks, askedRacks = heldRacks }) {
    const { overrides } = situation.observed;
    const pausing = pausingOverride(overrides, direction);
    if (pausing !== undefined) {
      return hold(reason("paused", `FleetOverride ${pausing.name}: ${pausing.reason}.`));
    }
    const ceiling = lowestCeiling(overrides);
    const room = ceiling - askedRacks;
    // A rack that is called back was held already: the award that asks for it is below the ceiling.
    if (direction === "In" || loan !== undefined || to - from <= room) return PASS;
    const why = reason("fleet-limit", `${askedRacks} held, a FleetOverride allows ${ceiling}.`);
    return room <= 0 ? hold(why) : { kind: "Limit", to: rackCount(from + room), reason: why };
  },
};
