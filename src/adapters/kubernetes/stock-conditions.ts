/** Stock, as far as an object's conditions and messages tell. */
import type { PoolCount } from "../../core/observation.ts";
import { classifyStock } from "../../core/racks/stock.ts";
import { conditionsOf, type Json, listAt, type ObjectCondition, stringAt } from "./decode.ts";

/**
 * Conditions that tell of trouble by being true: `ACK.Terminal`, `ACK.Recoverable`, `Stalled`,
 * `ReplicaFailure`. All others tell of it by being false.
 */
const TROUBLE = /terminal|recoverable|stalled|fail|error|insufficient/i;

const tellsOfTrouble = ({ type, status }: ObjectCondition): boolean =>
  status === (TROUBLE.test(type) ? "True" : "False");

/**
 * @returns the problem that the object's unmet conditions name, or its EKS health issues; unknown
 *   where they name none: that a rack is free no object says before it is asked for
 */
export function stockFromConditions(object: Json): PoolCount["stock"] {
  const issues = listAt(object, "status", "health", "issues");
  const texts = [
    ...conditionsOf(object)
      .filter(tellsOfTrouble)
      .map(({ reason, message }) => `${reason}: ${message}`),
    ...issues.map((issue) => `${stringAt(issue, "code")}: ${stringAt(issue, "message")}`),
  ];
  const problems = texts.flatMap((text) => classifyStock(text) ?? []);
  return problems.find((problem) => problem !== "other") ?? problems[0] ?? "unknown";
}
