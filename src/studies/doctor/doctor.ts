/** `breakwater doctor`: a look at a cluster before the first day. */
import type { EpochMs } from "../../core/units.ts";
import { collectFacts, type DoctorPorts, type Patient } from "./collect.ts";
import { examine } from "./examine.ts";
import type { Finding, Severity } from "./finding.ts";

export interface Examination {
  readonly schemaVersion: 1;
  readonly checkedAt: EpochMs;
  readonly counts: Readonly<Record<Severity, number>>;
  /** Blockers first. */
  readonly findings: readonly Finding[];
}

/** Reads only. Findings are results: it throws for nothing that a cluster may have wrong. */
export async function runDoctor(ports: DoctorPorts, patient: Patient): Promise<Examination> {
  const facts = await collectFacts(ports, patient);
  const findings = examine(facts);
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  return {
    schemaVersion: 1,
    checkedAt: facts.now,
    counts: { blocker: count("blocker"), warning: count("warning"), ok: count("ok") },
    findings,
  };
}
