import {
  FlipsAnswerSchema,
  WhatIfAnswerSchema,
  WhyNotAnswerSchema,
} from "../../api/counterfactual-view.ts";
import type { DecisionView } from "../../api/decision-view.ts";
import { DecisionsAnswerSchema, FleetsAnswerSchema } from "../../api/envelopes.ts";
import type { FleetView } from "../../api/fleet-view.ts";
import { readApi } from "../api-client.ts";
import type { ApiAddress } from "../api-client.ts";
import { standingText } from "./decision-text.ts";
import type { Explained } from "./explained.ts";
import { UsageError } from "../usage-error.ts";

/**
 * @param wanted a fleet, with its namespace or without; the name of a decision, or `latest`, for
 *   its fleet; undefined: the only fleet there is
 * @returns the last decision of a running controller on a fleet
 * @throws UsageError when there is none such, or more than one and none was named
 */
export async function explainedByApi(
  api: ApiAddress,
  wanted: string | undefined,
): Promise<Explained> {
  const { fleets } = await readApi(api, "/api/v1/fleets", FleetsAnswerSchema);
  const decision = fleets.some(isMeant(wanted)) ? null : await namedDecision(api, wanted);
  const view = chosen(fleets, decision?.fleet ?? wanted);
  const path = (name: string, query: readonly (readonly [string, string])[] = []): string => {
    const asked = new URLSearchParams({ fleet: view.fleet });
    for (const [key, value] of query) asked.append(key, value);
    return `/api/v1/${name}?${asked.toString()}`;
  };
  return {
    asked: decision && { answer: decision, text: standingText(decision) },
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

const isMeant =
  (wanted: string | undefined) =>
  ({ fleet }: FleetView): boolean =>
    wanted === undefined || fleet === wanted || fleet.endsWith(`/${wanted}`);

/** @returns null for what is not spelt as a decision is: a fleet is meant */
async function namedDecision(
  api: ApiAddress,
  wanted: string | undefined,
): Promise<DecisionView | null> {
  if (wanted === undefined || wanted.includes("/")) return null;
  const { decisions } = await readApi(api, "/api/v1/decisions", DecisionsAnswerSchema);
  const found = wanted === "latest" ? decisions[0] : decisions.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  if (wanted === "latest") return null;
  const known = decisions.slice(0, KNOWN_MAX).map(({ name }) => name);
  throw new UsageError(
    `found "${wanted}", expected a fleet or one of the decisions that the controller still knows ` +
      `(${known.join(", ") || "none"}); older ones are in its log: --log FILE`,
  );
}

/** As many names as a line of an error has room for. */
const KNOWN_MAX = 10;

function chosen(fleets: readonly FleetView[], wanted: string | undefined): FleetView {
  const found = fleets.filter(isMeant(wanted === "latest" ? undefined : wanted));
  const [only] = found;
  if (found.length === 1 && only !== undefined) return only;
  const known = fleets.map(({ fleet }) => fleet).join(", ") || "none yet";
  const text = wanted === undefined ? "found nothing, expected a fleet" : `found "${wanted}"`;
  throw new UsageError(`fleet: ${text}; the controller knows ${known}`);
}
