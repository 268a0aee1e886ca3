import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

export const leaderGuard: Guard = {
  name: "leader",
  check: (_proposal, { leading }) => (leading ? PASS : hold(reason("not-leader"))),
};
