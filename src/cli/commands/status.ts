import { setTimeout as wait } from "node:timers/promises";
import type { Command } from "commander";
import {
  DecisionsAnswerSchema,
  FleetsAnswerSchema,
  PoolsAnswerSchema,
} from "../../api/envelopes.ts";
import { apiOf, withApiFlags } from "../api-flags.ts";
import type { ApiFlags } from "../api-flags.ts";
import { readApi } from "../api-client.ts";
import { formatOption } from "../format-flag.ts";
import type { FormatFlag } from "../format-flag.ts";
import { wholeNumberTo } from "../numbers.ts";
import { statusText } from "../status/status-text.ts";
import type { StatusAnswers } from "../status/status-text.ts";
import { CommandFailed } from "../usage-error.ts";

/** A controller looks at the world every 15 s: more often shows the same. */
const WATCH_SECONDS = 5;
const WATCH_SECONDS_MAX = 3_600;

interface StatusFlags extends ApiFlags, FormatFlag {
  /** Seconds between two looks; true: the usual. */
  readonly watch?: number | true;
}

export function addStatus(program: Command): void {
  const command = program
    .command("status")
    .description("What a running controller sees, wants and is doing.")
    .option(
      "--watch [seconds]",
      `print it again and again, every ${WATCH_SECONDS} s or so many`,
      wholeNumberTo(WATCH_SECONDS_MAX),
    )
    .addOption(formatOption())
    .addHelpText(
      "after",
      "\nExamples:\n  breakwater status --url http://127.0.0.1:8080\n  breakwater status --watch\n",
    );
  withApiFlags(command).action(status);
}

async function status(flags: StatusFlags): Promise<void> {
  if (flags.watch === undefined) console.log(await told(flags));
  else await watch(flags, flags.watch === true ? WATCH_SECONDS : flags.watch);
}

/** Until it is interrupted; a controller that restarts is waited for. */
async function watch(flags: StatusFlags, seconds: number): Promise<never> {
  for (;;) {
    const text = await told(flags).catch((error: unknown) => {
      if (error instanceof CommandFailed) return error.message;
      throw error;
    });
    // Clears a terminal, and nothing else.
    console.clear();
    console.log(text);
    await wait(seconds * 1_000);
  }
}

async function told(flags: StatusFlags): Promise<string> {
  const answers = await answersOf(flags);
  return flags.format === "json" ? JSON.stringify(answers, null, 2) : statusText(answers);
}

async function answersOf(flags: ApiFlags): Promise<StatusAnswers> {
  const api = apiOf(flags);
  const [fleets, pools, decisions] = await Promise.all([
    readApi(api, "/api/v1/fleets", FleetsAnswerSchema),
    readApi(api, "/api/v1/pools", PoolsAnswerSchema),
    readApi(api, "/api/v1/decisions", DecisionsAnswerSchema),
  ]);
  return { fleets, pools, decisions };
}
