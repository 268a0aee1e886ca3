/** Whether the controller may do what it must. */
import { blocker, type Checked, counted, warning } from "../finding.ts";
import type { AccessFacts, ClusterFacts } from "../facts.ts";

interface Refused {
  readonly group: string;
  readonly resource: string;
  readonly need: AccessFacts["need"];
}

/** @returns a finding for each resource, with the verbs that are missing */
export function accessFindings({ access, subject }: ClusterFacts): readonly Checked[] {
  const byResource = new Map<string, Refused[]>();
  for (const { need, answer } of access) {
    if (answer.kind === "unserved" || answer.allowed) continue;
    const refused = { need, group: answer.group, resource: answer.resource };
    const key = JSON.stringify([refused.group, refused.resource, need.namespace, need.name]);
    byResource.set(key, [...(byResource.get(key) ?? []), refused]);
  }
  return [...byResource.values()].map((refused) => lacking(refused, subject));
}

function lacking(refused: readonly Refused[], subject: string): Checked {
  const [first] = refused;
  const verbs = refused.map(({ need }) => need.verb).join(", ");
  const [group, resource] = [first?.group ?? "", first?.resource ?? ""];
  const name = first?.need.name ? ` ${first.need.name}` : "";
  const within = first?.need.namespace ? ` in namespace ${first.need.namespace}` : "";
  const rule = `{apiGroups: ["${group}"], resources: [${resource}], verbs: [${verbs}]}`;
  const value = first?.need.value ?? "";
  const finding = {
    where: `RBAC of ${subject}: ${resource}${group === "" ? "" : `.${group}`}${name}${within}`,
    found: `may not ${verbs}`,
    expected: "all of its verbs",
    fix: `${value === "" ? "" : `chart value ${value}; or `}${home(first)} rule ${rule}`,
  };
  return first?.need.optional === true ? warning(finding) : blocker(finding);
}

const home = (refused: Refused | undefined): string =>
  refused?.need.namespace ? "Role" : "ClusterRole";

export const accessFine = ({ access, subject }: ClusterFacts): string =>
  access.length === 0 ? "" : `${subject} has all ${counted(access.length, "right")} that it needs`;
