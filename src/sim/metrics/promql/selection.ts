/** The series that a selector matches, looked up again only when series came or went. */
import { PromqlError } from "./lexer.ts";
import type { Run, Series, SeriesIndex } from "./series.ts";
import { runsOf } from "./series.ts";
import type { Matcher, Selector } from "./syntax.ts";
import { METRIC_NAME } from "./vector.ts";
import type { Labels, Shape } from "./vector.ts";

type Test = (labels: Labels) => boolean;

export class Selection {
  private readonly index: SeriesIndex;
  private readonly selector: Selector;
  private readonly tests: readonly Test[];
  private generation = -1;
  private found: readonly Run[] = [];
  /** Labels of the series of `runs()`, in their order. */
  shape: Shape = [];

  /** @throws PromqlError for a regular expression that is none */
  constructor(index: SeriesIndex, selector: Selector) {
    this.index = index;
    this.selector = selector;
    this.tests = selector.matchers.map(testOf);
  }

  /** @throws PromqlError when the window reaches back further than samples are kept */
  runs(): readonly Run[] {
    const generation = this.index.generation();
    if (generation === this.generation) return this.found;
    const series = this.index
      .named(this.selector.name)
      .filter(({ labels }) => this.tests.every((test) => test(labels)));
    this.checkKept(series);
    this.generation = generation;
    this.found = runsOf(series);
    this.shape = series.map(({ labels }) => labels);
    return this.found;
  }

  private checkKept(series: readonly Series[]): void {
    const { name, rangeMs } = this.selector;
    const short = series.find(({ keptMs }) => (rangeMs ?? 0) > keptMs);
    if (short === undefined) return;
    throw new PromqlError(
      `${name}[${(rangeMs ?? 0) / 1_000}s] reaches back too far: the simulated Prometheus keeps ` +
        `${short.keptMs / 1_000} s of this series`,
    );
  }
}

/** A label that a series does not have is "" to every matcher; patterns match whole values. */
function testOf({ label, op, value }: Matcher): Test {
  if (label === METRIC_NAME) throw new PromqlError("write the metric's name before the {");
  if (op === "=") return (labels) => (labels[label] ?? "") === value;
  if (op === "!=") return (labels) => (labels[label] ?? "") !== value;
  const pattern = patternOf(value);
  const wanted = op === "=~";
  return (labels) => pattern.test(labels[label] ?? "") === wanted;
}

function patternOf(value: string): RegExp {
  try {
    return new RegExp(`^(?:${value})$`, "s");
  } catch (cause) {
    const text = `${JSON.stringify(value)} is no regular expression: ${String(cause)}`;
    throw new PromqlError(text, { cause });
  }
}
