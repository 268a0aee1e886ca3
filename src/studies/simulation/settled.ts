/** Ticks of a simulation end before the world moves on. */

/**
 * Waits for work that needs microtasks only, and yields to the event loop once, so that timers and
 * signals of the process are not starved by a long simulation.
 * @throws whatever the work throws, or an Error when it has not ended by then: it waits for
 *   something that a simulation does not have
 */
export async function settled(work: Promise<void>, what: string): Promise<void> {
  let ended = false;
  const watched = work.finally(() => {
    ended = true;
  });
  // An early rejection must not count as unhandled while the event loop turns.
  watched.catch(() => {});
  await new Promise<void>((resume) => {
    setImmediate(resume);
  });
  if (!ended) throw new Error(`${what} has not settled: it waits for more than simulated ports`);
  await watched;
}
