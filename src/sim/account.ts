/** The pools' accounts as one. */
import type { RackAccount } from "./rack-meter.ts";

/** @returns sums over pools; dollars are null as soon as one pool has no price. */
export function sumAccounts(accounts: readonly RackAccount[]): RackAccount {
  const sum = (of: (account: RackAccount) => number): number =>
    accounts.reduce((total, account) => total + of(account), 0);
  const dollars = (of: (account: RackAccount) => number | null): number | null =>
    accounts.some((account) => of(account) === null) ? null : sum((account) => of(account) ?? 0);
  return {
    gpuHours: {
      held: sum(({ gpuHours }) => gpuHours.held),
      serving: sum(({ gpuHours }) => gpuHours.serving),
      loaned: sum(({ gpuHours }) => gpuHours.loaned),
      wasted: sum(({ gpuHours }) => gpuHours.wasted),
      marginal: sum(({ gpuHours }) => gpuHours.marginal),
    },
    marginalUsd: dollars(({ marginalUsd }) => marginalUsd),
    costUsd: dollars(({ costUsd }) => costUsd),
    rackHours: sum(({ rackHours }) => rackHours),
    peakRacks: sum(({ peakRacks }) => peakRacks),
    scaleUps: sum(({ scaleUps }) => scaleUps),
    scaleDowns: sum(({ scaleDowns }) => scaleDowns),
    moves: sum(({ moves }) => moves),
  };
}
