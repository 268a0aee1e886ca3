import type { LeaderLock } from "../../ports/leader-lock.ts";
import { CONTROLLER_NAME } from "./rack-backend.ts";

/** The only controller of its world: it leads until it gives the lease up. */
export function simulatedLeaderLock(): LeaderLock {
  let leading = true;
  return {
    state: () => ({ leading, holder: leading ? CONTROLLER_NAME : "" }),
    mayWrite: () => leading,
    release: () => {
      leading = false;
      return Promise.resolve();
    },
  };
}
