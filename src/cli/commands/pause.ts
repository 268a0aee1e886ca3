import type { Command } from "commander";
import { metaOf } from "../../adapters/kubernetes/decode.ts";
import { FLEET_OVERRIDES, INFERENCE_FLEETS } from "../../adapters/kubernetes/resources.ts";
import { GO_DURATION_PATTERN, durationMs } from "../../config/go-duration.ts";
import { onCluster, withClusterFlags } from "../on-cluster.ts";
import type { ClusterFlags } from "../on-cluster.ts";
import { UsageError } from "../usage-error.ts";

interface PauseFlags extends ClusterFlags {
  readonly direction: string;
  readonly for: string;
  readonly reason: string;
}

const DIRECTIONS = ["out", "in", "both"];
/** Marks the overrides that `pause` made, so that `resume` removes no other. */
const LABEL = "breakwater.dev/paused-fleet";

export function addPause(program: Command): void {
  const command = program
    .command("pause")
    .description("Stop a fleet from growing, shrinking or both, for a while.")
    .argument("<fleet>", "name of the InferenceFleet")
    .option("--direction <direction>", DIRECTIONS.join(", "), "both")
    .option("--for <duration>", "the pause ends by itself", "1h")
    .requiredOption("--reason <text>", "shown wherever the pause is")
    .addHelpText("after", "\nExample:\n  breakwater pause coder -n agents --reason INC-4711\n");
  withClusterFlags(command).action(pause);
}

export function addResume(program: Command): void {
  const command = program
    .command("resume")
    .description("End the pauses of a fleet that `breakwater pause` made.")
    .argument("<fleet>", "name of the InferenceFleet")
    .addHelpText("after", "\nExample:\n  breakwater resume coder -n agents\n");
  withClusterFlags(command).action(resume);
}

async function pause(fleet: string, flags: PauseFlags): Promise<void> {
  if (!DIRECTIONS.includes(flags.direction)) {
    const known = DIRECTIONS.join(", ");
    throw new UsageError(`--direction: found "${flags.direction}", expected one of ${known}`);
  }
  if (!GO_DURATION_PATTERN.test(flags.for) || durationMs(flags.for) <= 0) {
    throw new UsageError(`--for: found "${flags.for}", expected a duration such as 30m or 2h`);
  }
  const until = new Date(Date.now() + durationMs(flags.for)).toISOString();
  const { direction, reason } = flags;
  await onCluster(flags, async (client, namespace) => {
    // A fleet that does not exist would be paused in silence.
    await client.get({ resource: INFERENCE_FLEETS, namespace, name: fleet });
    const name = `pause-${fleet}-${Date.now().toString(36)}`;
    await client.create(
      { resource: FLEET_OVERRIDES, namespace },
      {
        apiVersion: FLEET_OVERRIDES.apiVersion,
        kind: FLEET_OVERRIDES.kind,
        metadata: { name, namespace, labels: { [LABEL]: fleet } },
        spec: {
          fleet,
          pause: { out: direction !== "in", in: direction !== "out" },
          until,
          reason,
        },
      },
    );
    console.log(`${namespace}/${fleet} is paused (${direction}) until ${until}: ${reason}`);
  });
}

async function resume(fleet: string, flags: ClusterFlags): Promise<void> {
  await onCluster(flags, async (client, namespace) => {
    const selection = { resource: FLEET_OVERRIDES, namespace, labelSelector: `${LABEL}=${fleet}` };
    const { items } = await client.listPage(selection, { limit: 100, next: "" });
    for (const item of items) {
      const { name, uid } = metaOf(item);
      await client.delete({ resource: FLEET_OVERRIDES, namespace, name }, uid);
      console.log(`${namespace}/${name} removed`);
    }
    if (items.length === 0) console.log(`${namespace}/${fleet}: no pause of this command found`);
  });
}
