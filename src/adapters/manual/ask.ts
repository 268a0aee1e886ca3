/** What a person reads: how many racks are wanted, and what to do about it. */
import type { CompiledPool } from "../../core/compiled.ts";
import type { CountChange } from "../../ports/rack-backend.ts";

/** @returns one sentence that says what to add or remove, and how it is recognised */
export function askText(
  { name, rack, backend }: CompiledPool,
  { from, to, victims = [] }: CountChange,
): string {
  const racks = (count: number) => `${count} ${count === 1 ? "rack" : "racks"}`;
  const wanted = `RackPool ${name}: ${racks(to)} wanted instead of ${from}.`;
  if (to > from) {
    const labels = Object.entries(backend.nodeLabels).map(([key, value]) => `${key}=${value}`);
    const how = `${rack.nodes} nodes each, with the labels ${labels.toSorted().join(", ")}`;
    return `${wanted} Add ${racks(to - from)}: ${how}.`;
  }
  const which = victims.map((node) => node.name).toSorted();
  const nodes = which.length === 0 ? "the nodes of its emptied rack" : which.join(", ");
  return `${wanted} Remove ${nodes}.`;
}
