/** @returns at each place the largest value no further away than `reach`, in linear time */
export function movingMax(values: readonly number[], reach: number): readonly number[] {
  const out: number[] = [];
  // Indices of values that some window still needs, each larger than all after it.
  const queue: number[] = [];
  let head = 0;
  for (let at = 0; at < values.length + reach; at += 1) {
    const value = values[at];
    if (value !== undefined) {
      while (queue.length > head && (values[queue.at(-1) ?? 0] ?? 0) <= value) queue.pop();
      queue.push(at);
    }
    if ((queue[head] ?? 0) < at - 2 * reach) head += 1;
    if (at >= reach) out.push(values[queue[head] ?? 0] ?? 0);
  }
  return out;
}
