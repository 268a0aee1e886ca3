/**
 * The floor of any event-driven simulation here: a typed 4-ary heap whose head is replaced again
 * and again (the hold model), with as many pending events as the simulation has engines.
 */
const ARITY = 4;

/** @returns events per second of CPU time */
export function heapLoop(pending, events = 2e7) {
  const times = new Float64Array(pending).map((_, index) => index);
  let state = 1;
  const began = process.cpuUsage();
  for (let i = 0; i < events; i += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    replaceHead(times, times[0] + 1 + (state & 1_023));
  }
  const { user, system } = process.cpuUsage(began);
  if (!(times[0] > 0)) throw new Error("the loop did nothing");
  return events / ((user + system) / 1e6);
}

function replaceHead(times, time) {
  const size = times.length;
  let hole = 0;
  for (;;) {
    const first = ARITY * hole + 1;
    if (first >= size) break;
    const last = Math.min(first + ARITY, size);
    let least = first;
    for (let child = first + 1; child < last; child += 1) {
      if (times[child] < times[least]) least = child;
    }
    if (times[least] >= time) break;
    times[hole] = times[least];
    hole = least;
  }
  times[hole] = time;
}
