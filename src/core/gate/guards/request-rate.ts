import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** Providers answer requests, not wishes: a pool is asked so many times an hour. */
export const requestRateGuard: Guard = {
  name: "request-rate",
  check({ direction }, { pool, poolMemory }) {
    const made = poolMemory.requests.length;
    if (direction === "In" || made < pool.limits.maxRequestsPerHour) return PASS;
    return hold(reason("request-rate", `${made} of ${pool.limits.maxRequestsPerHour} made.`));
  },
};
