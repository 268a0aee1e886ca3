import type { Command } from "commander";
import { giveVerdict } from "../../adapters/decision-store/verdict.ts";
import { onCluster, withClusterFlags } from "../on-cluster.ts";
import type { ClusterFlags } from "../on-cluster.ts";

interface CancelFlags extends ClusterFlags {
  readonly reason: string;
}

const NOTES = `
The controller gives the decision up at its next tick: a scale-in until the pool's count is lowered
(its rack gets turns and pods again), a growth until its count is raised. After that it says in the
decision's status that there is no way back. Needs verb approve on scaledecisions.

Example:
  breakwater cancel gb200-east-in-12 -n agents --reason INC-4711
`;

export function addCancel(program: Command): void {
  const command = program
    .command("cancel")
    .description("Give up a decision, also while it is carried out.")
    .argument("<decision>", "name of the ScaleDecision")
    .requiredOption("--reason <text>", "recorded with your verdict")
    .addHelpText("after", NOTES);
  withClusterFlags(command).action(cancel);
}

async function cancel(name: string, { reason, ...flags }: CancelFlags): Promise<void> {
  await onCluster(flags, async (client, namespace) => {
    const verdict = { namespace, name, verdict: "Reject", reason } as const;
    const { by, phase } = await giveVerdict(client, verdict);
    console.log(`${namespace}/${name} (${phase}) is refused by ${by}: ${reason}`);
    console.log(`What becomes of it: kubectl get scaledecision ${name} -n ${namespace} --watch`);
  });
}
