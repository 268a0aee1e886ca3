import { reason } from "../../reasons.ts";
import { elapsed, seconds } from "../../units.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** Whoever changed the count had a reason: hold, never fight. */
export const foreignWriterGuard: Guard = {
  name: "foreign-writer",
  check(_proposal, { poolMemory, situation, count }) {
    const until = poolMemory.foreignHoldUntil;
    if (until === null || until <= situation.now) return PASS;
    const left = Math.round(seconds(elapsed(situation.now, until)));
    const writer = count.lastWriter === "" ? "an unknown writer" : count.lastWriter;
    const found = `${writer} set ${count.desired} racks; holding for ${left} s more.`;
    return hold(reason("foreign-write", found));
  },
};
