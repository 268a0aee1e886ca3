import { setTimeout as pause } from "node:timers/promises";

/** Short enough to cost a test little, long enough for a kubectl process to come and go. */
const POLL_EVERY_MS = 200;
const DEFAULT_TIMEOUT_MS = 60_000;

/** Thrown by a check that can no longer become true: the wait ends at once. */
export class HopelessError extends Error {}

/**
 * Waits until `check` returns `true`. Whatever else it returns, or throws, is taken as what was
 * seen, and the last of it stands in the failure: "waited 60 s for node a Ready, last saw False".
 */
export async function untilTrue(
  what: string,
  check: () => unknown,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await observe(check);
    if (seen === true) return;
    if (Date.now() >= deadline) {
      throw new Error(`waited ${timeoutMs / 1000} s for ${what}, last saw ${shown(seen)}`);
    }
    await pause(POLL_EVERY_MS);
  }
}

async function observe(check: () => unknown): Promise<unknown> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof HopelessError) throw error;
    return error;
  }
}

function shown(seen: unknown): string {
  if (seen instanceof Error) return `an error: ${seen.message}`;
  return typeof seen === "string" ? seen.trim() : JSON.stringify(seen);
}
