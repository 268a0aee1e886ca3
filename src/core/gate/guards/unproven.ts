import { backendTraits } from "../../racks/backends.ts";
import { reason } from "../../reasons.ts";
import { PASS } from "../guard.ts";
import type { Guard } from "../guard.ts";

/**
 * A backend that was written after its vendor's pages and never met their controller does not act
 * by itself: a person confirms each change, until the pool acknowledges it.
 */
export const unprovenGuard: Guard = {
  name: "unproven",
  check(_proposal, { pool }) {
    const { kind, preset, acknowledgeUnproven } = pool.backend;
    if (acknowledgeUnproven || backendTraits(kind, preset).proof !== "Documentation") return PASS;
    const found =
      `The ${preset ?? kind} backend of RackPool ${pool.name} follows documentation only; ` +
      "spec.backend.acknowledgeUnproven: true lets it act by itself.";
    return { kind: "Confirm", approvers: 1, reason: reason("unproven-backend", found) };
  },
};
