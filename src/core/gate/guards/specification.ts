import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/**
 * A fleet whose specification is wrong somewhere is left as it is until it is mended. A missing
 * price is the budget guard's business: it stops spending, not giving back.
 */
export const specificationGuard: Guard = {
  name: "specification",
  check(_proposal, { situation }) {
    const problem = situation.observed.problems.find(({ code }) => code !== "price-unknown");
    return problem === undefined ? PASS : hold(problem);
  },
};
