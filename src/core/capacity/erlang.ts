/**
 * Erlang C: the probability that a turn has to wait in M/M/c.
 * @param servers c >= 1
 * @param offered a = arrival rate x mean service time, in servers
 * @returns 1 when a >= c: everyone waits, without end. Recursion B(k) = aB/(k + aB), then
 *   C = B / (1 − (a/c)(1 − B)) (Cooper, Introduction to Queueing Theory, 1981).
 */
export function erlangC(servers: number, offered: number): number {
  if (offered >= servers) return 1;
  let blocking = 1;
  for (let k = 1; k <= servers; k += 1) blocking = (offered * blocking) / (k + offered * blocking);
  return blocking / (1 - (offered / servers) * (1 - blocking));
}
