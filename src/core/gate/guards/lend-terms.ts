import { reason } from "../../reasons.ts";
import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** What fleets are guaranteed is not lent, nor a rack that is missed before it can be had back. */
export const lendTermsGuard: Guard = {
  name: "lend-terms",
  check(proposal, { loan }) {
    if (proposal.loan !== "Lend" || loan === undefined) return PASS;
    const { guaranteed, unlent, neededSoon } = loan;
    if (unlent - 1 < guaranteed) {
      const found = `${unlent} racks are not lent, ${guaranteed} are guaranteed.`;
      return hold(reason("loan-guarantee", found));
    }
    return neededSoon === null ? PASS : hold(neededSoon);
  },
};
