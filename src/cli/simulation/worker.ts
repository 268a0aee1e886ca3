/** A thread of `worker-pool.ts`: tasks one after the other, and what came of each. */
import { parentPort } from "node:worker_threads";
import { UsageError } from "../usage-error.ts";
import { decodeTask } from "./decode-task.ts";
import { runTask } from "./simulation-task.ts";
import type { WorkerMessage } from "./worker-pool.ts";

/** Nothing is handed over with a message. */
const say = (message: WorkerMessage): void => parentPort?.postMessage(message, []);

async function work(sent: unknown): Promise<void> {
  try {
    const onProgress = (share: number): void => say({ kind: "progress", share });
    const outcome = await runTask(decodeTask(sent), { onProgress });
    say({ kind: "outcome", outcome });
  } catch (error) {
    const usage = error instanceof UsageError;
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say({ kind: "failed", usage, message: usage ? error.message : stack });
  }
}

parentPort?.on("message", (sent: unknown) => void work(sent));
