/** The past out of decision logs. */
import { epochMs } from "../../core/units.ts";
import type { Millis } from "../../core/units.ts";
import { RecordedPast } from "../../studies/evaluate/recorded-past.ts";
import { logRecords } from "../decision-log-lines.ts";
import { beginOf } from "../span-flags.ts";
import type { Since } from "../span-flags.ts";
import { objectNames } from "../policy-file.ts";
import { groupNamed } from "./group-flag.ts";
import type { AskedPast } from "./asked-past.ts";

interface LogFlags {
  readonly since?: Since;
  readonly group?: string;
  readonly block: Millis;
}

/** The log is read twice: where it ends says where to begin. */
export async function blocksOfLog(files: readonly string[], flags: LogFlags): Promise<AskedPast> {
  const groups = new Set<string>();
  const objects = new Set<string>();
  let end = epochMs(0);
  for await (const { group, policy, decision } of logRecords(files)) {
    groups.add(group);
    for (const name of objectNames(policy)) objects.add(name);
    end = decision.at;
  }
  const group = groupNamed(flags.group, [...groups]);
  const past = new RecordedPast(flags.block, beginOf(flags.since, end));
  for await (const record of logRecords(files)) if (record.group === group) past.add(record);
  return { blocks: past.result(), objects: [...objects] };
}
