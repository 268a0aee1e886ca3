import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** A rack is called back once its tenure is over, with its gangs whole, or not at all. */
export const reclaimTermsGuard: Guard = {
  name: "reclaim-terms",
  check(proposal, { loan }) {
    if (proposal.loan !== "Reclaim" || loan === undefined) return PASS;
    return "code" in loan.callBack ? hold(loan.callBack) : PASS;
  },
};
