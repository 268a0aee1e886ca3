/** A place that breaks a rule. */
export interface Offence {
  readonly path: string;
  /** From 1; 0 when the whole file is meant. */
  readonly line: number;
  /** What was found there, with the measured value and the bound where there is one. */
  readonly found: string;
  /** A sentence that tells the offender what to do. */
  readonly remedy: string;
}

/** @returns the offences as a person reads them, grouped by what to do; "" when there are none. */
function describeOffences(offences: readonly Offence[]): string {
  const remedies = [...new Set(offences.map((offence) => offence.remedy))];
  const groups = remedies.map((remedy) => {
    const places = offences.filter((offence) => offence.remedy === remedy).map(describePlace);
    return [remedy, ...places.toSorted()].join("\n    ");
  });
  return groups.join("\n");
}

/** @throws an error that lists them, when there are any. */
export function expectNoOffences(offences: readonly Offence[]): void {
  if (offences.length === 0) return;
  throw new Error(`${offences.length} offences\n${describeOffences(offences)}`);
}

function describePlace({ path, line, found }: Offence): string {
  return line === 0 ? `${path}  ${found}` : `${path}:${line}  ${found}`;
}
