/** How a pool's provider says that it takes racks: a part of RackPool's supply. */
import { z } from "zod";
import { duration, FEW, span } from "./fields.ts";

/**
 * Shortly before a provider takes a node it is marked by: Karpenter's termination controller, AWS
 * Node Termination Handler with taintNode (Spot interruption, an instance that its group ends),
 * GKE, AKS node auto-drain. Names as in their documentation and code.
 */
const NOTICE_TAINTS = [
  "karpenter.sh/disrupted",
  "aws-node-termination-handler/spot-itn",
  "aws-node-termination-handler/asg-lifecycle-termination",
  "cloud.google.com/impending-node-termination",
  "remediator.kubernetes.azure.com/unschedulable",
];
/**
 * Conditions: AKS (VMEventScheduled is none of them: it covers a freeze of seconds too), and the
 * termination handlers of OpenShift's and Cluster API's Spot machines.
 */
const NOTICE_CONDITIONS = ["PreemptScheduled", "TerminateScheduled", "Terminating"];

export const interruptions = z
  .object({
    taints: z
      .array(z.string().min(1).max(317))
      .max(FEW)
      .default(NOTICE_TAINTS)
      .describe("Keys of taints that say that the provider takes a node shortly."),
    conditions: z
      .array(z.string().min(1).max(317))
      .max(FEW)
      .default(NOTICE_CONDITIONS)
      .describe("Types of node conditions that say so where they are True."),
    // AWS: 2 min; Azure and Google Cloud: 30 s; CoreWeave: up to 7 min. The shortest is safe.
    notice: duration("From the notice to the loss, at least.").default("30s"),
    // The worst class of AWS's Spot advisor is more than 20 % of instances in a month, once in 5
    // months; racks of 72 GPUs are scarcer. Judgement.
    expectedEvery: span(
      "Spot: how long a rack is kept in the mean, as believed until it was seen.",
    ).default("168h"),
  })
  .describe("How the provider says that it takes racks, and how often it does.")
  .prefault({});
