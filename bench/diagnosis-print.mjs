/** The tables, with intervals: Wilson's for shares, Garwood's by chi-square for rates of alarms. */
import { CAUSES } from "./diagnosis-incidents.mjs";
import { median } from "./diagnosis-judge.mjs";

const Z = 1.96;

/** @returns a share with its 95 % interval */
function shareText(right, all) {
  if (all === 0) return "-";
  const share = right / all;
  const middle = (share + (Z * Z) / (2 * all)) / (1 + (Z * Z) / all);
  const half =
    (Z / (1 + (Z * Z) / all)) * Math.sqrt((share * (1 - share)) / all + (Z * Z) / (4 * all * all));
  const percent = (value) => (100 * value).toFixed(0);
  return `${percent(share)} % [${percent(middle - half)}, ${percent(middle + half)}]`;
}

/** @returns alarms a month of 30 days, with the 95 % interval of a Poisson count (Byar) */
function perMonth(count, days) {
  if (days === 0) return "-";
  const low = count === 0 ? 0 : count * (1 - 1 / (9 * count) - Z / (3 * Math.sqrt(count))) ** 3;
  const next = count + 1;
  const high = next * (1 - 1 / (9 * next) + Z / (3 * Math.sqrt(next))) ** 3;
  const month = (value) => ((30 * value) / days).toFixed(1);
  return `${month(count)} [${month(low)}, ${month(high)}]`;
}

/** One verdict of two causes, which nothing but the router's index tells apart. */
const EITHER = "spread-or-instability";
const EITHER_OF = ["prompt-instability", "routing-spread"];
const FOUND = [...CAUSES, EITHER, "none"];
const isRight = ({ found, cause }) => found === cause;
const isEither = ({ found, cause }) => found === EITHER && EITHER_OF.includes(cause);
const namesIt = (row) => isRight(row) || isEither(row);
const short = (cause) => cause.slice(0, 12).padStart(13);

export function matrixLines(rows) {
  const head = `${"truth".padEnd(22)}${FOUND.map(short).join("")}  recall`.padEnd(177);
  const lines = CAUSES.flatMap((cause) => {
    const ours = rows.filter((row) => row.cause === cause);
    if (ours.length === 0) return [];
    const right = ours.filter((row) => row.found === cause);
    const cells = FOUND.map((each) => String(ours.filter((row) => row.found === each).length));
    const minutes = median(right.map(({ delay }) => delay)).toFixed(1);
    return [
      cause.padEnd(22) +
        cells.map((cell) => cell.padStart(13)).join("") +
        `  ${shareText(right.length, ours.length).padEnd(18)}${minutes.padStart(6)} min`,
    ];
  });
  const precision = [...CAUSES, EITHER].map((cause) => {
    const named = rows.filter((row) => row.found === cause);
    const right = named.filter(namesIt).length;
    return `  ${cause.padEnd(22)}${shareText(right, named.length)}`;
  });
  return [`${head}   median delay`, ...lines, "precision", ...precision];
}

export function summaryLines(rows, { small, pairs, smallPairs }) {
  const known = rows.filter(({ cause }) => cause !== "cannot-tell");
  const right = known.filter(isRight);
  const unknown = rows.filter(({ cause }) => cause === "cannot-tell");
  const untold = unknown.filter(({ found }) => found === "cannot-tell");
  const delays = right.map(({ delay }) => delay);
  const either = known.filter(namesIt);
  const inOrder = pairs.filter(({ inOrder: is }) => is).length;
  const early = rows.filter((row) => row.early).length;
  return [
    `top-1 of known kinds     ${shareText(right.length, known.length)} of ${known.length}`,
    `  or one of the two that are named together  ${shareText(either.length, known.length)}`,
    `unknown: cannot tell      ${shareText(untold.length, unknown.length)} of ${unknown.length}`,
    `larger of two first      ${shareText(inOrder, pairs.length)} of ${pairs.length}` +
      `; ${smallPairs} pairs too small or too alike to order`,
    `median minutes to the right verdict  ${median(delays).toFixed(1)}`,
    `fell by less than 3 points, not counted: ${small}; a verdict before the onset: ${early}`,
  ];
}

export function quietLines(days) {
  const alarms = days.flat();
  const wrong = alarms.filter(({ isSo, isCured }) => !isSo && !isCured);
  const cured = alarms.filter(({ isCured }) => isCured).length;
  const byCause = (some) =>
    [...new Set(some.map(({ cause }) => cause))]
      .map((cause) => `${cause} ${some.filter((one) => one.cause === cause).length}`)
      .join(", ");
  const so = alarms.filter(({ isSo }) => isSo);
  return [
    `false alarms a fleet-month  ${perMonth(wrong.length, days.length)} on ${days.length} days` +
      (wrong.length > 0 ? ` (${byCause(wrong)})` : ""),
    `  with those that more room cures, though free cache was hardly less  ` +
      perMonth(wrong.length + cured, days.length),
    `verdicts that are so (engines that had just begun, caches fuller by load or size)  ` +
      `${perMonth(so.length, days.length)}` +
      (so.length > 0 ? ` (${byCause(so)})` : ""),
  ];
}
