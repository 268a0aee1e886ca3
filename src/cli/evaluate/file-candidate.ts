/** A candidate out of a file: of the group that is simulated, and judged as its incumbent is. */
import { canonical } from "../../core/canonical.ts";
import type { CompiledGroup, CompiledObjective } from "../../core/compiled.ts";
import { objectNames, policyFile } from "../policy-file.ts";
import type { ProposedPolicy } from "../policy-file.ts";
import { UsageError } from "../usage-error.ts";

/** @returns the policy of the file; its group is refused where nothing could be learned from it */
export function fileCandidate(file: string): ProposedPolicy {
  const { groupOf, checkNames } = policyFile(file);
  return {
    checkNames,
    groupOf: (recorded, now) => {
      const proposed = groupOf(recorded, now);
      checkOther(file, recorded, proposed);
      checkJudgedAlike(file, recorded, proposed);
      return proposed;
    },
  };
}

function checkOther(file: string, recorded: CompiledGroup, proposed: CompiledGroup): void {
  const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
    a.every((each, at) => each === b[at]);
  if (!same(recorded.fleets, proposed.fleets) || !same(recorded.pools, proposed.pools)) return;
  const names = objectNames(recorded).join(", ");
  throw new UsageError(
    `${file}: found no object of the group ${recorded.name}, expected one at least of: ${names}`,
  );
}

/** What counts as a miss: how many misses are aimed at may differ. */
const missOf = ({ name, metric, matchers, thresholdMs }: CompiledObjective): string =>
  canonical({ name, metric, matchers, thresholdMs });

/** A looser objective is met more often, whatever the policy does. */
function checkJudgedAlike(file: string, recorded: CompiledGroup, proposed: CompiledGroup): void {
  for (const [at, fleet] of recorded.fleets.entries()) {
    const other = proposed.fleets[at]?.objectives.map(missOf) ?? [];
    if (canonical(fleet.objectives.map(missOf)) === canonical(other)) continue;
    throw new UsageError(
      `${file}: found other objectives of InferenceFleet ${fleet.key}, expected those that were ` +
        "recorded, but for their share: attainment under others cannot be compared (where they " +
        "were changed meanwhile, begin after it with --since)",
    );
  }
}
