/** What to tell of a pool that gives no racks: since when, of which kind, and what helps. */
import type { ShortageKind } from "../memory.ts";
import { reason } from "../reasons.ts";
import type { Reason } from "../reasons.ts";
import { instantText } from "./instant.ts";
import type { PoolSupply } from "./unfilled.ts";

const REMEDIES: Readonly<Record<ShortageKind, string>> = {
  stockout: "the request stays open and is answered when racks are free",
  late: "nothing was granted in the time that 99 % of racks need; the request stays open",
  partial: "a rack came with too few nodes and was given back; look at the provider's events",
  quota: "waiting does not help: raise the account's quota, or lower limits.maxRacks",
  reservation: "waiting does not help: check that the reservation is active, and its size",
  permission: "waiting does not help: give the provider's controller its missing permission",
  other: "the provider reports an error; its object's conditions and events name it",
};

/** @returns the reason to show while the pool is short of racks; null while it is not */
export function stockReason(
  pool: string,
  { shortage, unfilled, uncounted }: PoolSupply,
): Reason | null {
  if (shortage === null) return null;
  const { kind, since, until } = shortage;
  const text =
    `RackPool ${pool}: ${kind} since ${instantText(since)}; ${REMEDIES[kind]}.` +
    `${openRequests(unfilled, uncounted)} No more are asked for before ${instantText(until)}.`;
  return reason("stockout", text);
}

function openRequests(unfilled: number, uncounted: number): string {
  if (unfilled === 0) return "";
  const asked = unfilled === 1 ? "1 rack asked for has" : `${unfilled} racks asked for have`;
  const are = uncounted === 1 ? "is" : "are";
  return ` ${asked} not come, ${uncounted} of them ${are} not counted on.`;
}
