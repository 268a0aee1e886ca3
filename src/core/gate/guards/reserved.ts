import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/**
 * Below the commitment a rack costs the same whether it is there or not: giving it back, or no
 * longer asking for it, saves nothing and costs its cache and a lead time. Who uses it is another
 * question: what one consumer does not need another one's claim gets without the count changing.
 * A fleet above its maximum is no longer to have the rack: then a person has decided.
 */
export const reservedGuard: Guard = {
  name: "reserved",
  check({ direction, to, reason: why }, { pool }) {
    const { committedRacks } = pool.supply;
    if (direction === "Out" || to >= committedRacks || why.code === "above-maximum") return PASS;
    const found = `RackPool ${pool.name} has ${committedRacks} racks committed, ${to} proposed.`;
    return hold(reason("reserved", found));
  },
};
