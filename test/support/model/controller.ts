/** The real controller on the model: ticks every 15 s, and the kind of end a test wants. */
import { NOTHING_CARRIED } from "../../../src/controller/carried.ts";
import type { Carried } from "../../../src/controller/carried.ts";
import { tick } from "../../../src/controller/tick.ts";
import type { CompiledGroup } from "../../../src/core/compiled.ts";
import { SECOND_MS } from "../../../src/core/units.ts";
import { aSmallGroup } from "../builders/compiled.ts";
import { aMemory } from "../builders/remembered.ts";
import { ModelCluster, sha256 } from "./cluster.ts";

export const OPTIONS = { codeVersion: "test", digest: sha256, stopwatch: () => 0 };
const TICK_MS = 15 * SECOND_MS;

export class ModelController {
  readonly cluster: ModelCluster;
  carried: Carried = NOTHING_CARRIED;

  /** Four racks, of which one would do; what was saved by an earlier run is remembered. */
  constructor(group: CompiledGroup = aSmallGroup(), memory = aMemory()) {
    this.cluster = new ModelCluster(group);
    this.cluster.memory = { memory, version: "1" };
  }

  async tick(): Promise<this> {
    this.carried = await tick(this.cluster.ports(), this.carried, OPTIONS);
    this.cluster.pass(TICK_MS);
    return this;
  }

  async ticks(count: number): Promise<this> {
    for (let n = 0; n < count; n += 1) await this.tick();
    return this;
  }

  /** The process ends and another one starts: nothing is carried. */
  restart(): void {
    this.carried = NOTHING_CARRIED;
  }
}
