/** A thread of `worker-pool.ts`: one task, and what came of it. */
import { parentPort, workerData } from "node:worker_threads";
import { UsageError } from "../usage-error.ts";
import { decodeTask } from "./decode-task.ts";
import { runTask } from "./simulation-task.ts";
import type { WorkerMessage } from "./worker-pool.ts";

/** Nothing is handed over with a message. */
const say = (message: WorkerMessage): void => parentPort?.postMessage(message, []);

try {
  const onProgress = (share: number): void => say({ kind: "progress", share });
  const outcome = await runTask(decodeTask(workerData), { onProgress });
  say({ kind: "outcome", outcome });
} catch (error) {
  const usage = error instanceof UsageError;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say({ kind: "failed", usage, message: usage ? error.message : stack });
}
