import {
  FlipsAnswerSchema,
  WhatIfAnswerSchema,
  WhyNotAnswerSchema,
} from "../../api/counterfactual-view.ts";
import { FleetsAnswerSchema } from "../../api/envelopes.ts";
import type { FleetView } from "../../api/fleet-view.ts";
import { readApi } from "../api-client.ts";
import type { ApiAddress } from "../api-client.ts";
import type { Explained } from "./explained.ts";
import { UsageError } from "../usage-error.ts";

/**
 * @param wanted `namespace/name`; undefined: the only fleet there is
 * @returns the last decision of a running controller on a fleet
 * @throws UsageError when there is no such fleet, or more than one and none was named
 */
export async function explainedByApi(
  api: ApiAddress,
  wanted: string | undefined,
): Promise<Explained> {
  const { fleets } = await readApi(api, "/api/v1/fleets", FleetsAnswerSchema);
  const view = chosen(fleets, wanted);
  const path = (name: string, query: readonly (readonly [string, string])[] = []): string => {
    const asked = new URLSearchParams({ fleet: view.fleet });
    for (const [key, value] of query) asked.append(key, value);
    return `/api/v1/${name}?${asked.toString()}`;
  };
  return {
    fleet: () => Promise.resolve(view),
    whatIf: (assumptions) => {
      const assumed = assumptions.map(({ text }) => ["assume", text] as const);
      return readApi(api, path("what-if", assumed), WhatIfAnswerSchema);
    },
    whyNot: (racks) =>
      readApi(api, path("why-not", [["racks", String(racks)]]), WhyNotAnswerSchema),
    flips: () => readApi(api, path("flips"), FlipsAnswerSchema),
  };
}

function chosen(fleets: readonly FleetView[], wanted: string | undefined): FleetView {
  const found = fleets.filter(({ fleet }) => wanted === undefined || fleet === wanted);
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const known = fleets.map(({ fleet }) => fleet).join(", ") || "none yet";
  const text = wanted === undefined ? "found nothing, expected a fleet" : `found "${wanted}"`;
  throw new UsageError(`fleet: ${text}; the controller knows ${known}`);
}
