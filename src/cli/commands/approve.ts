import type { Command } from "commander";
import { giveVerdict } from "../../adapters/decision-store/verdict.ts";
import type { Judged, Verdict } from "../../adapters/decision-store/verdict.ts";
import { onCluster, withClusterFlags } from "../on-cluster.ts";
import type { ClusterFlags } from "../on-cluster.ts";

interface VerdictFlags extends ClusterFlags {
  readonly reason: string;
}

const NOTES = `
Your verdict is recorded under the name that the API server knows you by. A yes is for what the
decision says and for less; it is not taken back, but can be turned into a no. Needs verb approve on
scaledecisions.
`;

const example = (verb: string): string =>
  `${NOTES}\nExample:\n  breakwater ${verb} gb200-east-out-12 -n agents --reason CHG-99\n`;

export function addApprove(program: Command): void {
  addVerdict(program, {
    verb: "approve",
    verdict: "Approve",
    does: "Say yes to a decision that waits for approval.",
  });
}

export function addReject(program: Command): void {
  addVerdict(program, {
    verb: "reject",
    verdict: "Reject",
    does: "Say no to a decision; one that is carried out is given up, as by `cancel`.",
  });
}

interface Saying {
  readonly verb: string;
  readonly verdict: Verdict["verdict"];
  readonly does: string;
}

function addVerdict(program: Command, { verb, verdict, does }: Saying): void {
  const command = program
    .command(verb)
    .description(does)
    .argument("<decision>", "name of the ScaleDecision")
    .requiredOption("--reason <text>", "recorded with your verdict")
    .addHelpText("after", example(verb));
  withClusterFlags(command).action(async (name: string, { reason, ...flags }: VerdictFlags) => {
    await onCluster(flags, async (client, namespace) => {
      const judged = await giveVerdict(client, { namespace, name, verdict, reason });
      console.log(`${namespace}/${name}: ${whatItIs(judged)}`);
      console.log(`Why: ${judged.why}`);
      console.log(`${verdict === "Approve" ? "Approved" : "Rejected"} by ${judged.by}: ${reason}`);
      console.log(whatNext(judged, verdict));
    });
  });
}

function whatItIs(judged: Judged): string {
  const { fleet, direction, pool, fromRacks, toRacksAtMost, maxUsdPerHour } = judged;
  const racks =
    fromRacks === toRacksAtMost
      ? `${fromRacks} racks, the count stays`
      : `${fromRacks} racks to ${direction === "Out" ? "at most " : ""}${toRacksAtMost}`;
  const cost = maxUsdPerHour === "" ? "" : `, up to $${maxUsdPerHour} an hour more`;
  return `${direction} for ${fleet}, RackPool ${pool}, ${racks}${cost}.`;
}

function whatNext(judged: Judged, verdict: Verdict["verdict"]): string {
  const { approvals, requiredApprovals, expiresAt, onExpiry } = judged;
  if (verdict === "Reject") return "It is given up at the controller's next tick.";
  const missing = requiredApprovals - approvals;
  if (missing <= 0) return "It starts at the controller's next tick, if it still stands then.";
  const silence = onExpiry === "Proceed" ? "it proceeds without" : "it is dropped";
  return `${approvals} of ${requiredApprovals} have approved; at ${expiresAt} ${silence}.`;
}
