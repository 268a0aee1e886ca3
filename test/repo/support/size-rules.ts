import { type FunctionSize, functionsOf } from "./function-sizes.ts";
import type { Offence } from "./offence.ts";
import { percentile } from "./percentile.ts";
import type { SourceFile } from "./source-file.ts";

/** Bounds from CONTRIBUTING.md. */
const BOUNDS = {
  functionLinesMedian: 10,
  functionLinesP90: 35,
  functionLinesMax: 70,
  fileLinesP90: 250,
  fileLinesMax: 400,
  testFileLinesMax: 600,
  parameters: 4,
  nesting: 3,
  columns: 100,
} as const;

const REMEDIES = {
  functionLines: "Split the function: one level of abstraction each, named for what it answers.",
  parameters: "Take an options object: names at the call say more than positions.",
  nesting: "Return early, or move the inner part into a function of its own.",
  fileLines: "Split the file by concept, a test file by behaviour.",
  columns: "Break the line: the formatter does it, except in strings and comments.",
  distribution: "Most functions and files are small: split the largest ones listed here.",
} as const;

/** How many of the largest are named when a distribution is off. */
const NAMED_LARGEST = 10;

const isTest = (path: string): boolean => path.startsWith("test/");
const lineCount = (file: SourceFile): number => file.text.trimEnd().split("\n").length;

/** @returns the functions and files that are too large by themselves. */
export function sizeOffences(files: readonly SourceFile[]): readonly Offence[] {
  return files.flatMap((file) => [
    ...functionsOf(file).flatMap(functionOffences),
    ...fileOffences(file),
    ...columnOffences(file.path, file.text),
  ]);
}

function functionOffences(each: FunctionSize): readonly Offence[] {
  const { path, line, name } = each;
  const over = (value: number, bound: number, what: string, remedy: string): readonly Offence[] =>
    value > bound ? [{ path, line, found: `${name}: ${value} ${what} > ${bound}`, remedy }] : [];
  return [
    ...over(each.lines, BOUNDS.functionLinesMax, "lines", REMEDIES.functionLines),
    ...over(each.parameters, BOUNDS.parameters, "parameters", REMEDIES.parameters),
    ...over(each.nesting, BOUNDS.nesting, "levels of nesting", REMEDIES.nesting),
  ];
}

function fileOffences(file: SourceFile): readonly Offence[] {
  const bound = isTest(file.path) ? BOUNDS.testFileLinesMax : BOUNDS.fileLinesMax;
  const lines = lineCount(file);
  if (lines <= bound) return [];
  const found = `${lines} lines > ${bound}`;
  return [{ path: file.path, line: 0, found, remedy: REMEDIES.fileLines }];
}

/** A line that is one long word (an address, a digest) cannot be broken and is let pass. */
function columnOffences(path: string, text: string): readonly Offence[] {
  return text.split("\n").flatMap((line, index) => {
    const columns = line.length;
    if (columns <= BOUNDS.columns || /^\W*\S+$/.test(line)) return [];
    const found = `${columns} columns > ${BOUNDS.columns}`;
    return [{ path, line: index + 1, found, remedy: REMEDIES.columns }];
  });
}

/** @returns what is off in the distribution of sizes, with the largest that make it so. */
export function distributionOffences(files: readonly SourceFile[]): readonly Offence[] {
  const functions = files.flatMap(functionsOf).filter((each) => each.named);
  const functionSizes = functions.map(({ path, line, name, lines }) => ({
    path,
    line,
    name,
    lines,
  }));
  const fileSizes = files.map((file) => {
    return { path: file.path, line: 0, name: "file", lines: lineCount(file) };
  });
  return [
    ...spread(functionSizes, { share: 0.5, bound: BOUNDS.functionLinesMedian, of: "functions" }),
    ...spread(functionSizes, { share: 0.9, bound: BOUNDS.functionLinesP90, of: "functions" }),
    ...spread(fileSizes, { share: 0.9, bound: BOUNDS.fileLinesP90, of: "files" }),
  ];
}

interface Sized {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly lines: number;
}

interface SpreadBound {
  readonly share: number;
  readonly bound: number;
  readonly of: string;
}

function spread(sizes: readonly Sized[], { share, bound, of }: SpreadBound): readonly Offence[] {
  const measured = percentile(
    sizes.map((each) => each.lines),
    share,
  );
  if (measured <= bound) return [];
  const largest = sizes.toSorted((a, b) => b.lines - a.lines).slice(0, NAMED_LARGEST);
  const remedy = `${REMEDIES.distribution} p${share * 100} of ${of}: ${measured} lines > ${bound}.`;
  return largest.map(({ path, line, name, lines }) => {
    return { path, line, found: `${name}: ${lines} lines`, remedy };
  });
}
