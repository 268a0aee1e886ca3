import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Between the two scrapes of a pod. */
export const APART_SECONDS = 30;

export type Moment = "before" | "after";

/** @param pod engine and pod, such as `sglang/serve-0` */
export const expositionOf = (pod: string, moment: Moment): string =>
  readFileSync(join(import.meta.dirname, `${pod}.${moment}.prom`), "utf8");

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** @returns the samples of a text in the format 0.0.4, in order */
export function samplesIn(text: string): readonly Sample[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name, labels = "", value] = LINE.exec(line) ?? [];
    if (name === undefined) throw new Error(`no sample: ${line}`);
    const pairs = [...labels.matchAll(LABEL)].map(([, label = "", text = ""]) => [label, text]);
    return { name, labels: Object.fromEntries(pairs), value: Number(value) };
  });
}

/** @returns a text of one sample, as an exporter writes it */
export function lineOf({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}{${pairs.join(",")}} ${value}`;
}
