/** How a granted rack arrives: its nodes boot, join and become Ready, or its boot fails. */
import type { ScenarioSupply } from "../config/compiled-scenario.ts";
import { SECOND_MS } from "../core/units.ts";
import { RandomStream } from "./random.ts";
import type { SimRack } from "./rack-state.ts";
import type { RackYard } from "./rack-yard.ts";

/** Nodes of a rack appear one by one over this last share of the boot step. */
const APPEAR_SHARE = 0.3;
/** Nodes beyond the quorum may become Ready up to this much later. */
const STRAGGLE_MS = 20 * SECOND_MS;

export interface RackArrivalOptions {
  readonly yard: RackYard;
  readonly supply: ScenarioSupply;
  readonly seed: number;
  /** A quorum of the rack's nodes is Ready. */
  readonly onUp: (rack: SimRack) => void;
  /** Its boot failed: the provider takes it back. */
  readonly onFailed: (rack: SimRack) => void;
}

export class RackArrival {
  private readonly options: RackArrivalOptions;
  private readonly nodes: RandomStream;
  private readonly boots: RandomStream;
  /** For how long racks will hang whose turn has not come, the first to boot first. */
  private readonly toHang: number[] = [];

  constructor(options: RackArrivalOptions) {
    const { seed, yard } = options;
    this.options = options;
    this.nodes = new RandomStream(seed, `nodes/${yard.pool.name}`);
    this.boots = new RandomStream(seed, `boots/${yard.pool.name}`);
  }

  /** The rack was granted. */
  begin(rack: SimRack): void {
    const { yard, supply, onUp, onFailed } = this.options;
    const fails = this.boots.uniform() < supply.failedBoots;
    const { bootMs, joinMs } = rack.lead;
    rack.phase = "Arriving";
    rack.hangMs += this.toHang.shift() ?? 0;
    for (let index = 0; index < yard.pool.rack.nodes; index += 1) this.bootNode(rack, index);
    this.afterHang(rack, bootMs, () => {
      if (fails) onFailed(rack);
      else rack.booted = true;
    });
    this.afterHang(rack, bootMs + joinMs, () => onUp(rack));
  }

  /** As many racks that boot now, or else the next to do so, take `forMs` longer. */
  hang(racks: number, forMs: number): void {
    const booting = this.options.yard
      .racks()
      .filter(({ phase, booted }) => phase === "Arriving" && !booted)
      .slice(0, racks);
    for (const rack of booting) rack.hangMs += forMs;
    for (let left = racks - booting.length; left > 0; left -= 1) this.toHang.push(forMs);
  }

  /** The node that completes the quorum is Ready exactly at the end of the join step. */
  private bootNode(rack: SimRack, index: number): void {
    const { yard } = this.options;
    const { bootMs, joinMs } = rack.lead;
    const { nodes, usableNodes } = yard.pool.rack;
    const appearMs = bootMs * (1 - APPEAR_SHARE * (1 - (index + 1) / nodes));
    const share = index === usableNodes - 1 ? 1 : this.nodes.uniform();
    const straggleMs = index < usableNodes ? 0 : this.nodes.uniform() * STRAGGLE_MS;
    const quorumMs = bootMs + joinMs;
    const labelMs = appearMs + (quorumMs - appearMs) * this.nodes.uniform();
    const readyMs = appearMs + (quorumMs - appearMs) * share + straggleMs;
    this.afterHang(rack, appearMs, (at) => {
      const node = yard.addNode(rack, at);
      yard.after(labelMs - appearMs, () => yard.changeNode(rack, node, { labelled: true }));
      yard.after(readyMs - appearMs, () => yard.changeNode(rack, node, { ready: !node.failed }));
    });
  }

  /** Waits, and as much longer as the rack is made to hang; not for one that was given up. */
  private afterHang(
    rack: SimRack,
    delayMs: number,
    apply: (at: number) => void,
    waitedMs = 0,
  ): void {
    this.options.yard.after(delayMs, (at) => {
      if (rack.phase !== "Arriving") return;
      const { hangMs } = rack;
      if (hangMs > waitedMs) this.afterHang(rack, hangMs - waitedMs, apply, hangMs);
      else apply(at);
    });
  }
}
