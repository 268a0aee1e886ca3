/** The program run to its end, as a person at a terminal would. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { ENTRY } from "./controller-process.ts";

export interface CommandEnd {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that has not ended by then was not refused: it started. */
const TIMEOUT_MS = 20_000;

/** @returns status null when it had to be ended */
export async function runCommand(...args: readonly string[]): Promise<CommandEnd> {
  const env = { PATH: process.env["PATH"] ?? "" };
  const child = spawn(process.execPath, [ENTRY, ...args], { env, timeout: TIMEOUT_MS });
  const closed = once(child, "close");
  child.stdin.end();
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { status: child.exitCode, stdout, stderr };
}
