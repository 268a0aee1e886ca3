/** Every check, in the order in which a person would go through a cluster. Pure. */
import type { CompiledFleet } from "../../core/compiled.ts";
import { accessFindings, accessFine } from "./checks/access.ts";
import { budgetFindings, budgetsFine } from "./checks/budgets.ts";
import { domainFindings, domainsFine } from "./checks/domains.ts";
import { ejectFindings, ejectFine } from "./checks/eject.ts";
import { gpuFindings, gpusFine } from "./checks/gpus.ts";
import { loanFindings, loansFine } from "./checks/loans.ts";
import { matcherFindings, matchersFine } from "./checks/matchers.ts";
import { objectFindings, objectsFine } from "./checks/objects.ts";
import { poolObjectFindings, poolObjectsFine } from "./checks/pool-objects.ts";
import { notShown, signalFindings, signalsFine } from "./checks/signals.ts";
import { timeoutFindings, timeoutsFine } from "./checks/timeouts.ts";
import { workloadFindings, workloadsFine } from "./checks/workloads.ts";
import type { ClusterFacts, Unread } from "./facts.ts";
import { type Checked, type Finding, named, SEVERITIES } from "./finding.ts";

interface Check {
  readonly name: string;
  readonly find: (facts: ClusterFacts) => readonly Checked[];
  /** What is well where nothing was found; "" where there was nothing to look at. */
  readonly fine: (facts: ClusterFacts) => string;
}

const CHECKS: readonly Check[] = [
  { name: "access", find: accessFindings, fine: accessFine },
  { name: "objects", find: objectFindings, fine: objectsFine },
  { name: "pool-objects", find: poolObjectFindings, fine: poolObjectsFine },
  { name: "domains", find: domainFindings, fine: domainsFine },
  { name: "gpus", find: gpuFindings, fine: gpusFine },
  { name: "timeouts", find: timeoutFindings, fine: timeoutsFine },
  { name: "workloads", find: workloadFindings, fine: workloadsFine },
  { name: "budgets", find: budgetFindings, fine: budgetsFine },
  { name: "eject", find: ejectFindings, fine: ejectFine },
  { name: "loans", find: loanFindings, fine: loansFine },
  { name: "signals", find: signalFindings, fine: signalsFine },
  { name: "matchers", find: matcherFindings, fine: matchersFine },
];

/** @returns blockers, then warnings, then a line for each check that found nothing */
export function examine(facts: ClusterFacts): readonly Finding[] {
  const found = [
    ...facts.unread.map(notRead),
    ...CHECKS.flatMap((check) => outcomeOf(check, facts)),
    ...neverShown(facts.desired.fleets),
  ];
  return SEVERITIES.flatMap((severity) => found.filter((each) => each.severity === severity));
}

/** Once for fleets that are observed alike. */
function neverShown(fleets: readonly CompiledFleet[]): readonly Finding[] {
  const byText = new Map<string, CompiledFleet[]>();
  for (const fleet of fleets) {
    const text = notShown(fleet).join(" ");
    byText.set(text, [...(byText.get(text) ?? []), fleet]);
  }
  return [...byText].map(([text, alike]) => ({
    severity: "ok",
    check: "signals",
    where: `${named(alike.map(({ key }) => key))}: the series of ${sourcesOf(alike)} never show`,
    found: text,
    expected: "",
    fix: "",
  }));
}

const sourcesOf = ([first]: readonly CompiledFleet[]): string =>
  [first?.signals.profile, first?.signals.edge].filter(Boolean).join(" and ");

function outcomeOf({ name, find, fine }: Check, facts: ClusterFacts): readonly Finding[] {
  const found = find(facts);
  if (found.length > 0) {
    return found.map(({ severity, finding }) => ({ severity, check: name, ...finding }));
  }
  const text = fine(facts);
  return text === ""
    ? []
    : [{ severity: "ok", check: name, where: name, found: text, expected: "", fix: "" }];
}

const notRead = ({ what, why, needed }: Unread): Finding => ({
  severity: needed ? "blocker" : "warning",
  check: "reading",
  where: what,
  found: why,
  expected: needed ? "readable: the controller needs it too" : "readable: this was not checked",
  fix: /\b403\b/.test(why)
    ? "run doctor as somebody who may read it, or grant it"
    : "check the connection: kubectl get --raw /readyz; and the kind: kubectl api-resources",
});
