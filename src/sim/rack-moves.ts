/**
 * Racks that go from one fleet to another. What fills racks here reads decisions, as a workload's
 * count would follow them on a cluster: a rack that a move has emptied is the taker's when the
 * cordon comes off.
 */
import type { FleetKey } from "../core/compiled.ts";
import { isOpen } from "../core/intents.ts";
import type { Intent } from "../core/observation.ts";
import type { RackMeter } from "./rack-meter.ts";
import type { RackYard } from "./rack-yard.ts";

export interface RackMovesOptions {
  readonly yard: RackYard;
  readonly meter: RackMeter;
}

export class RackMoves {
  private readonly options: RackMovesOptions;
  /** Takers of racks that are being emptied, by rack. */
  private readonly takers = new Map<string, FleetKey>();

  constructor(options: RackMovesOptions) {
    this.options = options;
  }

  /** A decision came to stand in another phase. */
  note({ direction, rack, taker, fleet, phase }: Intent): void {
    if (direction !== "Move" || rack === null || taker === undefined) return;
    if (phase === "Executing") this.takers.set(rack, taker);
    if (isOpen(phase) || !this.takers.delete(rack)) return;
    if (phase === "Done") this.options.meter.move();
    else this.takeBack(rack, { giver: fleet, taker });
  }

  /** Nodes take pods again: before their racks are filled. */
  handOver(uids: ReadonlySet<string>): void {
    const { yard } = this.options;
    for (const rack of yard.racks()) {
      const taker = this.takers.get(rack.id);
      const empty = rack.pods.length === 0 && rack.nodes.some(({ uid }) => uids.has(uid));
      if (taker !== undefined && empty) yard.owners.give(rack, taker);
    }
  }

  /** What was given up in the moment in which the rack was empty. */
  private takeBack(
    id: string,
    { giver, taker }: { readonly giver: FleetKey; readonly taker: FleetKey },
  ): void {
    const { yard } = this.options;
    const rack = yard.racks().find((each) => each.id === id);
    if (rack === undefined || yard.owners.of(rack)?.fleet.key !== taker) return;
    const pods = rack.pods.slice();
    if (yard.owners.give(rack, giver)) yard.kill(rack, pods);
  }
}
