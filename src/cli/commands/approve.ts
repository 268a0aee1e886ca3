import type { Command } from "commander";
import { askedOf, giveVerdict } from "../../adapters/decision-store/verdict.ts";
import type { Judged, Verdict } from "../../adapters/decision-store/verdict.ts";
import type { KubeClient } from "../../adapters/kubernetes/client.ts";
import { onCluster, withClusterFlags } from "../on-cluster.ts";
import type { ClusterFlags } from "../on-cluster.ts";
import { UsageError } from "../usage-error.ts";

interface VerdictFlags extends ClusterFlags {
  readonly reason?: string;
  readonly show?: boolean;
}

const NOTES = `
Your verdict is recorded under the name that the API server knows you by. A yes is for what the
decision says and for less; it is not taken back, but can be turned into a no. Needs verb approve on
scaledecisions.
`;

const example = (verb: string): string =>
  `${NOTES}\nExamples:\n  breakwater ${verb} gb200-east-out-12 -n agents --show\n` +
  `  breakwater ${verb} gb200-east-out-12 -n agents --reason CHG-99\n`;

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
    .option("--reason <text>", "recorded with your verdict")
    .option("--show", "only show what is asked, and say nothing")
    .addHelpText("after", example(verb));
  withClusterFlags(command).action(async (name: string, flags: VerdictFlags) => {
    const { reason, show } = flags;
    if (reason === undefined && show !== true) {
      throw new UsageError("--reason: found nothing, expected why; or --show to look first");
    }
    await onCluster(flags, async (client, namespace) => {
      if (reason === undefined || show === true) return printAsked(client, { namespace, name });
      const judged = await giveVerdict(client, { namespace, name, verdict, reason });
      console.log(`${namespace}/${name}: ${whatItIs(judged)}`);
      for (const line of [`Why: ${judged.why}`, ...evidenceLines(judged)]) console.log(line);
      console.log(`${verdict === "Approve" ? "Approved" : "Rejected"} by ${judged.by}: ${reason}`);
      console.log(whatNext(judged, verdict));
    });
  });
}

async function printAsked(
  client: KubeClient,
  at: Pick<Verdict, "namespace" | "name">,
): Promise<void> {
  const asked = await askedOf(client, at);
  console.log(`${at.namespace}/${at.name} (${asked.phase}): ${whatItIs(asked)}`);
  for (const line of [`Why: ${asked.why}`, ...evidenceLines(asked)]) console.log(line);
  if (asked.phase === "Pending") console.log(whatNext(asked, "Approve"));
}

const percent = (share: string): string => `${(Number(share) * 100).toFixed(1)} %`;

/** What is not known is left out. */
function evidenceLines({ evidence }: Judged): readonly string[] {
  const { attainmentIfDone: done, attainmentIfNot: not, confidence, cacheCause } = evidence;
  const cache = cacheCause === "" || cacheCause === "none" ? [] : [`Hit rate: ${cacheCause}.`];
  return [
    ...(done === "" ? [] : [`If done: ${percent(done)} of turns inside every objective.`]),
    ...(not === "" ? [] : [`If not: ${percent(not)}.`]),
    ...(confidence === "" ? [] : [`Forecast: p50 is ${percent(confidence)} of p90.`]),
    ...cache,
    ...evidence.alternatives.map((text) => `Or: ${text}`),
  ];
}

function whatItIs(judged: Judged): string {
  const { fleet, direction, pool, fromRacks, toRacksAtMost, maxUsdPerHour } = judged;
  const racks =
    fromRacks === toRacksAtMost
      ? `${fromRacks} racks, the count stays`
      : `from ${fromRacks} to ${direction === "Out" ? "at most " : ""}${toRacksAtMost} racks`;
  const cost =
    maxUsdPerHour === ""
      ? ""
      : `; racks above the commitment then cost up to $${maxUsdPerHour} an hour`;
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
