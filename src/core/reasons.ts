/**
 * The closed table of reasons. Every action and every hold carries one code of it (INV-10); metrics
 * use the code as a label, events and `explain` print the sentence.
 */
export const REASONS = {
  // Why a count should change.
  "demand-forecast": "Forecast demand over the lead time needs more racks.",
  burst: "Demand rose faster than the forecast allows for.",
  backlog: "Turns are waiting and must be worked off.",
  "schedule-floor": "A scheduled floor asks for more racks.",
  "override-floor": "A FleetOverride asks for more racks.",
  "break-glass": "A FleetOverride lifts the fleet's own limit of racks.",
  minimum: "The fleet is below its minimum.",
  surplus: "Fewer racks hold the objectives over the whole way back.",
  "above-maximum": "The fleet is above its maximum.",
  "window-ends": "A capacity block ends and takes its racks along.",
  "asked-elsewhere": "Another pool does not give what it was asked for: this one is asked instead.",
  interruption: "The provider takes a rack away: what it did is replaced.",
  "arrival-doubtful": "Racks that are counted are not expected to serve in time.",
  "partial-arrival": "A rack came with too few nodes and is given back whole.",
  "request-withdrawn": "Racks asked for have not come and are not needed any more.",
  "loan-lend": "The rack is paid for and no fleet wants it: it is lent.",
  "loan-reclaim": "A fleet needs a rack that is on loan.",
  "rack-moves": "Another fleet of the pool needs the rack more than this one.",
  "rack-comes": "Another fleet's rack is on its way to this one.",
  "policy-want": "The policy that is being compared asks for another size.",
  // Why nothing changes.
  steady: "The racks held are the racks wanted.",
  "signals-untrusted": "A signal that the decision needs is missing, stale or implausible.",
  "memory-young": "The controller has not yet observed long enough.",
  paused: "A FleetOverride pauses this direction.",
  shadow: "The fleet is in Shadow mode: decided, recorded, not carried out.",
  "not-leader": "This replica does not hold the lease.",
  "foreign-write": "Somebody else changed the count.",
  "pool-refused": "The pool's object cannot be scaled by this controller.",
  "pool-unknown": "The pool's object could not be read.",
  "workload-unknown": "A workload of the fleet could not be read.",
  "workload-owned": "Somebody else sizes a workload that Breakwater is to size.",
  "pool-gone": "The decision's RackPool was deleted.",
  "not-a-consumer": "The pool does not list this fleet as a consumer.",
  "objective-unmeasurable":
    "The engine's histogram has no bucket bound at the objective's threshold.",
  rollout: "A rollout of the workload is in progress.",
  "open-intent": "An earlier decision in this direction is still being carried out.",
  "opposite-intent": "A decision in the opposite direction is being carried out.",
  rising: "Demand is rising; its rate is being measured before racks are asked for.",
  stabilization: "Fewer racks have not sufficed for the whole stabilisation window.",
  "step-limit": "The step is larger than one decision may take.",
  "pool-limit": "The pool is at its limit of racks.",
  "fleet-limit": "The fleet is at its limit of racks.",
  "request-rate": "The pool has had its requests for this hour.",
  "drain-pace": "The fleet has given back a rack a short while ago.",
  "drain-limit": "The pool already drains as many racks as it may.",
  "no-victim": "No rack can be drained safely.",
  "cache-unsafe": "With fewer racks the hit rate would fall too far.",
  "cache-veto": "The growth is due to a fall in hit rate that a rack does not cure.",
  "cache-veto-waived": "Racks are asked for because of a fall in hit rate that they do not cure.",
  budget: "The budget above the commitment does not allow it.",
  "price-unknown": "A budget is set and the price above the commitment is unknown.",
  "racks-held": "Other fleets still have the racks that this one is to get.",
  arbitration: "Other fleets have the stronger claim on the pool's racks.",
  stockout: "The provider has no rack to give.",
  reserved: "The rack is paid for whether it is used or not: giving it back saves nothing.",
  "loan-limit": "The loan has as many racks as it may have.",
  "loan-guarantee": "The racks that are not lent are those that fleets are guaranteed.",
  "loan-needed-soon": "The rack would be needed before it could be had back.",
  "loan-tenure": "Racks on loan are left to it until their minimum tenure is over.",
  "unproven-backend": "The pool's backend was not proven on a real controller.",
  "awaiting-approval": "A person must confirm it.",
  rejected: "A person refused it.",
  expired: "Nobody confirmed it in time.",
  superseded: "A newer decision replaces it.",
  // How a step of the workflow ends or waits.
  "count-written": "The provider accepted the new count.",
  "person-asked": "A person was asked to add or remove racks.",
  "count-conflict": "The count is neither what the decision started from nor what it aims at.",
  "action-failed": "A step could not be carried out; the next tick tries again.",
  cordoning: "The rack's nodes are being cordoned.",
  ejecting: "New turns are kept off the rack.",
  "eject-pace": "More cold work now would exceed drain.maxColdTokensPerSecond.",
  "eject-hold": "The fleet is not well enough to take over more sessions.",
  "turns-running": "Turns on the rack are to end before its pods are evicted.",
  "leftover-marks": "Marks of Breakwater are left where no RackPool or fleet of it is.",
  readmitting: "Pods that no drain is about get turns again.",
  lowering: "The workload is lowered before the rack's pods are evicted.",
  "drain-shuffle": "Lowering the workload would restart too many units on other racks.",
  "units-follow": "Units follow the racks that have room for them.",
  rebalancing: "Prefill and decode are shifted within the racks that stand.",
  evicting: "Pods are being evicted from the rack.",
  "drain-blocked": "A pod disruption budget refuses the next eviction.",
  "drain-deadline": "The rack was not empty by its drain deadline.",
  releasing: "The count was lowered; the provider is taking the rack away.",
  released: "The rack is gone and no other node left.",
  fencing: "The rack is fenced: the loan's pods may not come to it.",
  "loan-grace": "The loan's pods are told to go and have their grace to save their work.",
  "loan-lent": "The rack is lent.",
  "loan-ended": "The pool has no loan any more: what it left on nodes is taken off.",
  "loan-back": "The rack is back from the loan: none of its pods is left.",
  "loan-gang":
    "A gang runs beyond the racks of the decision: it is called back whole or not at all.",
  "hand-over": "The rack is empty and goes to the other fleet.",
  "handed-over": "The rack is the other fleet's: its units come.",
  moved: "The rack runs the other fleet's units.",
  "wrong-node-left": "A node outside the drained rack left.",
  // What a person should look at.
  "rack-stuck": "A rack has been in a step for longer than 99 % of racks are.",
  "foreign-nodes": "Nodes carry the pool's labels and stand in a rack that is not the pool's.",
  "demand-returned": "Demand returned before the count was lowered.",
} as const;

export type ReasonCode = keyof typeof REASONS;

/** A reason as recorded: the code, and the numbers that made it true in one sentence. */
export interface Reason {
  readonly code: ReasonCode;
  readonly text: string;
}

/** @returns the reason with the table's sentence, followed by `detail` where there is one. */
export function reason(code: ReasonCode, detail = ""): Reason {
  const sentence = REASONS[code];
  return { code, text: detail === "" ? sentence : `${sentence} ${detail}` };
}
