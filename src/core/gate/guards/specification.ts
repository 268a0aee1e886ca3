import { PASS, hold } from "../guard.ts";
import type { Guard } from "../guard.ts";

/** A fleet whose specification is wrong somewhere is left as it is until it is mended. */
export const specificationGuard: Guard = {
  name: "specification",
  check(_proposal, { situation }) {
    const [problem] = situation.observed.problems;
    return problem === undefined ? PASS : hold(problem);
  },
};
