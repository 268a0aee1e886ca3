#!/usr/bin/env node
/** The command line: exit status 0 ok, 1 failed, 2 usage or bad input. */
import { Command, CommanderError } from "commander";
import { HttpServerError } from "../adapters/http/server.ts";
import { addDemo } from "./commands/demo.ts";
import { addExplain } from "./commands/explain.ts";
import { addPause, addResume } from "./commands/pause.ts";
import { addReplay } from "./commands/replay.ts";
import { addRun } from "./commands/run.ts";
import { addSchema } from "./commands/schema.ts";
import { addStatus } from "./commands/status.ts";
import { UsageError, CommandFailed } from "./usage-error.ts";
import { packageVersion } from "./version.ts";

const COMMANDS = [
  addRun,
  addDemo,
  addStatus,
  addExplain,
  addPause,
  addResume,
  addReplay,
  addSchema,
] as const;

function program(): Command {
  const root = new Command("breakwater")
    .description("Keeps the latency of LLM agents stable by sizing GPU fleets by the rack.")
    .version(packageVersion())
    .showHelpAfterError("(add --help for usage)")
    .exitOverride();
  for (const add of COMMANDS) add(root);
  return root;
}

/** @returns the exit status; prints what went wrong, without a stack where it is the user's */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError || error instanceof HttpServerError) {
    console.error(`breakwater: ${error.message}`);
    return 2;
  }
  if (error instanceof CommandFailed) {
    console.error(`breakwater: ${error.message}`);
    return 1;
  }
  console.error(error);
  return 1;
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = statusOf(error);
}
