import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** While pods are replaced, latency and hit rate say nothing about capacity. */
export const rolloutGuard: Guard = {
  name: "rollout",
  check: (_proposal, { situation }) =>
    situation.observed.rollout ? hold(reason("rollout")) : PASS,
};
