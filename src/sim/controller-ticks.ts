/** The production tick on simulated ports, time after time, with what the controller carries. */
import { NOTHING_CARRIED } from "../controller/carried.ts";
import { tick } from "../controller/tick.ts";
import type { TickOptions } from "../controller/tick.ts";
import type { Ports } from "../ports/ports.ts";

/**
 * @returns runs one tick at the ports' own time; to be called again only when the last has settled.
 *   Simulated ports answer with settled promises, so a tick needs no event loop: its end is reached
 *   by microtasks alone
 */
export function controllerTicks(ports: Ports, options: TickOptions): () => Promise<void> {
  let carried = NOTHING_CARRIED;
  return async () => {
    carried = await tick(ports, carried, options);
  };
}
