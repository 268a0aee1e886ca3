import PQueue from "p-queue";
import type { RackBackend, WriteOutcome } from "../../ports/rack-backend.ts";

/**
 * A backend whose writes to one pool run one after another, in the order they were asked for;
 * different pools do not wait for each other. The queue has no timeout: p-queue's does not stop the
 * work it gives up on, and two writes would run at once. Deadlines are the client's.
 */
export function serialiseWrites(backend: RackBackend): RackBackend {
  const queues = new Map<string, PQueue>();
  const queueOf = (pool: string): PQueue => {
    const queue = queues.get(pool) ?? new PQueue({ concurrency: 1 });
    queues.set(pool, queue);
    return queue;
  };
  return {
    kind: backend.kind,
    read: (pool) => backend.read(pool),
    write: (pool, change): Promise<WriteOutcome> =>
      queueOf(pool.name).add(() => backend.write(pool, change)),
    spare: (pool, nodes): Promise<void> => queueOf(pool.name).add(() => backend.spare(pool, nodes)),
  };
}
