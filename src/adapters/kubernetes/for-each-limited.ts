/** Calls under way at a time: a rack of 18 nodes in three rounds, without a burst of requests. */
const AT_A_TIME = 6;

/**
 * Does `work` for each item, a few at a time.
 * @throws what the first failing item threw, after all others ended
 */
export async function forEachLimited<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      await work(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
