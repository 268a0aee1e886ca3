/** Hand-made settings: knob, then GPU-hours and missed share per scenario. */
import type { Cell, Setting } from "../../../src/studies/compare/front.ts";
import { setting } from "../../../src/studies/compare/front.ts";

export type Points = Readonly<
  Record<string, readonly (readonly [hours: number, missed: number])[]>
>;

/** @param points the nth entry of every scenario is the nth value of the knob */
export function someSettings(points: Points): readonly Setting[] {
  const names = Object.keys(points);
  const yardsticks = new Map(names.map((name) => [name, 100]));
  const count = Math.max(...Object.values(points).map(({ length }) => length));
  return Array.from({ length: count }, (_, knob) => {
    const cells = names.map((name): [string, Cell] => {
      const [gpuHours = 0, missed = 1] = points[name]?.[knob] ?? [];
      return [name, { gpuHours, missed }];
    });
    return setting(knob, new Map(cells), { gpuHours: yardsticks });
  });
}
