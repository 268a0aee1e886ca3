import type { Command } from "commander";
import {
  ALL_FLEETS,
  createOverride,
  endPausesOf,
  listOverrides,
  untilAfter,
} from "../fleet-overrides.ts";
import { metaOf } from "../../adapters/kubernetes/decode.ts";
import { onCluster, withClusterFlags } from "../on-cluster.ts";
import type { ClusterFlags } from "../on-cluster.ts";
import { UsageError } from "../usage-error.ts";

interface AllFlags extends ClusterFlags {
  readonly all?: boolean;
}

interface PauseFlags extends AllFlags {
  readonly direction: string;
  readonly for: string;
  readonly reason: string;
}

const DIRECTIONS = ["out", "in", "both"];

const PAUSE_NOTES = `
From the next tick on nothing of that direction is begun; what is under way is given up where it can
be: a question is withdrawn, a growth that was not asked for yet never is, a rack that is being
drained gets its turns and pods back. Nothing in Git changes it, and it ends by itself.

With --all every fleet of the namespace stops, those that are made later too. In the namespace of
the controller that is every fleet of the cluster. Needs rights on fleetoverrides there only.

Examples:
  breakwater pause coder -n agents --reason INC-4711
  breakwater pause coder -n agents --direction in --for 6h --reason "launch day"
  breakwater pause --all -n breakwater-system --reason INC-4711      # the whole cluster
`;

const RESUME_NOTES = `
Examples:
  breakwater resume coder -n agents
  breakwater resume --all -n breakwater-system
`;

export function addPause(program: Command): void {
  const command = program
    .command("pause")
    .description("Stop a fleet, or every fleet, from growing, shrinking or both, for a while.")
    .argument("[fleet]", "name of the InferenceFleet")
    .option("--all", "every fleet of the namespace, or of the cluster")
    .option("--direction <direction>", DIRECTIONS.join(", "), "both")
    .option("--for <duration>", "the pause ends by itself", "1h")
    .requiredOption("--reason <text>", "shown wherever the pause is")
    .addHelpText("after", PAUSE_NOTES);
  withClusterFlags(command).action(pause);
}

export function addResume(program: Command): void {
  const command = program
    .command("resume")
    .description("End the pauses of a fleet, or of every fleet, that `breakwater pause` made.")
    .argument("[fleet]", "name of the InferenceFleet")
    .option("--all", "what `pause --all` said in the namespace")
    .addHelpText("after", RESUME_NOTES);
  withClusterFlags(command).action(resume);
}

function target(fleet: string | undefined, { all = false }: AllFlags): string {
  if (all && fleet !== undefined) {
    throw new UsageError(`--all: found the fleet "${fleet}" too, expected one or the other`);
  }
  if (fleet === undefined && !all) {
    throw new UsageError("fleet: found nothing, expected the name of a fleet, or --all");
  }
  return fleet ?? ALL_FLEETS;
}

async function pause(name: string | undefined, flags: PauseFlags): Promise<void> {
  const fleet = target(name, flags);
  if (!DIRECTIONS.includes(flags.direction)) {
    const known = DIRECTIONS.join(", ");
    throw new UsageError(`--direction: found "${flags.direction}", expected one of ${known}`);
  }
  const until = untilAfter("--for", flags.for);
  const { direction, reason } = flags;
  await onCluster(flags, async (client, namespace) => {
    const stops = { out: direction !== "in", in: direction !== "out" };
    const kind = fleet === ALL_FLEETS ? "stop" : "pause";
    await createOverride(client, namespace, kind, { fleet, pause: stops, until, reason });
    console.log(`${named(namespace, fleet)} paused (${direction}) until ${until}: ${reason}`);
  });
}

const named = (namespace: string, fleet: string): string =>
  fleet === ALL_FLEETS
    ? `Every fleet of ${namespace}, and of the cluster if the controller lives there, is`
    : `${namespace}/${fleet} is`;

async function resume(name: string | undefined, flags: AllFlags): Promise<void> {
  const fleet = target(name, flags);
  await onCluster(flags, async (client, namespace) => {
    const ended = await endPausesOf(client, namespace, fleet);
    for (const override of ended) console.log(`${namespace}/${override} removed`);
    if (ended.length === 0) console.log(`${namespace}/${fleet}: no pause of this command found`);
    const left = (await listOverrides(client, namespace)).map((item) => metaOf(item).name);
    if (left.length > 0) console.log(`Still there in ${namespace}: ${left.join(", ")}`);
  });
}
