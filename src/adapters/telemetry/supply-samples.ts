/** Shortages, racks that are waited for, and loans. */
import type { PoolView } from "../../api/pool-view.ts";
import type { TickReport } from "../../ports/telemetry.ts";
import { LABELS } from "./labels.ts";
import type { Sample } from "./sample.ts";

/** @param memory what was carried into the tick: a shortage is known from the tick before */
export function supplyGauges(
  { pool, awaited, loan, stock }: PoolView,
  { memory }: Pick<TickReport, "memory">,
): Sample[] {
  const shortage = memory.pools[pool]?.outOfStock;
  const kind = shortage?.current === true ? shortage.kind : stock;
  const labels = { pool };
  return [
    ...LABELS.shortage.map((word) => ({
      metric: "breakwater_pool_out_of_stock" as const,
      labels: { pool, shortage: word },
      value: word === kind ? 1 : 0,
    })),
    {
      metric: "breakwater_oldest_awaited_rack_seconds",
      labels,
      value: Math.max(0, ...awaited.map(({ waitedSeconds }) => waitedSeconds)),
    },
    ...(loan === undefined
      ? []
      : [{ metric: "breakwater_loan_max_racks" as const, labels, value: loan.maxRacks }]),
  ];
}
