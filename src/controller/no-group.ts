/** What actions are carried out under that belong to no group any more. */
export const NO_GROUP = { name: "", pools: [], fleets: [] };

export const NO_EVIDENCE = {
  attainmentIfDone: null,
  attainmentIfNot: null,
  cacheCause: "cannot-tell",
  alternatives: [],
  policyDigest: "",
  observationDigest: "",
} as const;
