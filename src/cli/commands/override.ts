import type { Command } from "commander";
import { conditionsOf, metaOf, stringAt } from "../../adapters/kubernetes/decode.ts";
import type { Json } from "../../adapters/kubernetes/decode.ts";
import {
  createOverride,
  doesWhat,
  endOverride,
  hasEnded,
  listOverrides,
  untilAfter,
} from "../fleet-overrides.ts";
import { onCluster, withClusterFlags } from "../on-cluster.ts";
import type { ClusterFlags } from "../on-cluster.ts";
import { table } from "../table.ts";
import { CommandFailed, UsageError } from "../usage-error.ts";

interface SetFlags extends ClusterFlags {
  readonly floor?: string;
  readonly ceiling?: string;
  readonly pauseOut?: boolean;
  readonly pauseIn?: boolean;
  readonly breakGlass?: boolean;
  readonly for: string;
  readonly reason: string;
}

const SET_NOTES = `
The most restrictive wins: the highest floor, the lowest ceiling, and a ceiling over any floor. A
floor is held up to the fleet's racks.max. With --break-glass it lifts that limit, for who has verb
configure on the fleet; limits of pools, budget and confirm rules still stand, and it is announced
as a warning.

Examples:
  breakwater override set coder -n agents --floor 8 --for 6h --reason "launch day"
  breakwater override set coder -n agents --ceiling 6 --pause-in --reason INC-4711
  breakwater override set coder -n agents --floor 14 --break-glass --for 2h --reason INC-4711
`;

export function addOverride(program: Command): void {
  const override = program
    .command("override")
    .description(
      "What on-call says at run time: floors, ceilings and pauses, which end by themselves.",
    );
  addSet(override);
  addList(override);
  addClear(override);
}

function addSet(override: Command): void {
  const command = override
    .command("set")
    .description("Give a fleet a floor, a ceiling or a pause for a while.")
    .argument("<fleet>", "name of the InferenceFleet")
    .option("--floor <racks>", "at least so many racks")
    .option("--ceiling <racks>", "at most so many racks")
    .option("--pause-out", "no growth")
    .option("--pause-in", "no scale-in")
    .option("--break-glass", "the floor lifts the fleet's racks.max; needs verb configure")
    .option("--for <duration>", "it ends by itself", "1h")
    .requiredOption("--reason <text>", "shown wherever the override is")
    .addHelpText("after", SET_NOTES);
  withClusterFlags(command).action(set);
}

function addList(override: Command): void {
  const command = override
    .command("list")
    .description("Show the overrides of a namespace.")
    .addHelpText("after", "\nExample:\n  breakwater override list -n agents\n");
  withClusterFlags(command).action(list);
}

function addClear(override: Command): void {
  const command = override
    .command("clear")
    .description("End overrides before their time.")
    .argument("<name...>", "names of FleetOverrides, as `list` shows them")
    .addHelpText(
      "after",
      "\nExample:\n  breakwater override clear override-coder-m1x2 -n agents\n",
    );
  withClusterFlags(command).action(clear);
}

async function set(fleet: string, flags: SetFlags): Promise<void> {
  const until = untilAfter("--for", flags.for);
  const { breakGlass, pauseIn, pauseOut, reason } = flags;
  const floor = racksOf("--floor", flags.floor);
  const ceiling = racksOf("--ceiling", flags.ceiling);
  if (floor === null && breakGlass) {
    throw new UsageError("--break-glass: found no --floor, expected one: it is what is lifted to");
  }
  if (floor === null && ceiling === null && !pauseIn && !pauseOut) {
    throw new UsageError("found nothing to override, expected --floor, --ceiling or a --pause-…");
  }
  await onCluster(flags, async (client, namespace) => {
    const name = await createOverride(client, namespace, "override", {
      fleet,
      pause: { out: pauseOut === true, in: pauseIn === true },
      ...(floor !== null && { floorRacks: floor }),
      ...(ceiling !== null && { ceilingRacks: ceiling }),
      ...(breakGlass === true && { breakGlass }),
      until,
      reason,
    });
    console.log(`${namespace}/${name} holds for ${fleet} until ${until}: ${reason}`);
    console.log(`End it sooner: breakwater override clear ${name} -n ${namespace}`);
  });
}

function racksOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new UsageError(`${flag}: found "${text}", expected a number of racks`);
}

async function list(flags: ClusterFlags): Promise<void> {
  await onCluster(flags, async (client, namespace) => {
    const items = await listOverrides(client, namespace);
    if (items.length === 0) console.log(`${namespace}: nothing is overridden.`);
    else console.log(table(HEADER, items.map(rowOf)));
  });
}

const HEADER = ["NAME", "FLEET", "DOES", "IN FORCE", "UNTIL", "BY", "REASON"] as const;

const rowOf = (item: Json): readonly string[] => [
  metaOf(item).name,
  stringAt(item, "spec", "fleet"),
  doesWhat(item),
  standingIn(item),
  `${stringAt(item, "spec", "until")}${hasEnded(item) ? " (over)" : ""}`,
  stringAt(item, "spec", "by") || "?",
  stringAt(item, "spec", "reason"),
];

/** @returns yes, or why not; "not yet" where the controller has not seen it */
function standingIn(item: Json): string {
  if (hasEnded(item)) return "no: Ended";
  const judged = conditionsOf(item).find(({ type }) => type === "InForce");
  if (judged === undefined) return "not yet";
  if (judged.status === "True") return "yes";
  return judged.reason === "Superseded" ? `no: ${judged.message}` : `no: ${judged.reason}`;
}

async function clear(names: readonly string[], flags: ClusterFlags): Promise<void> {
  await onCluster(flags, async (client, namespace) => {
    const items = await listOverrides(client, namespace);
    for (const name of names) {
      const found = items.find((item) => metaOf(item).name === name);
      if (found === undefined) {
        const known = items.map((item) => metaOf(item).name).join(", ") || "none";
        throw new CommandFailed(`FleetOverride ${namespace}/${name}: not found; there: ${known}`);
      }
      await endOverride(client, found);
      console.log(`${namespace}/${name} removed`);
    }
  });
}
