/** The assumptions that a person can name: `demand=x1.5`, `hitRate=0.9`. One table, read by all. */
import type { Headroom } from "../compiled.ts";
import {
  demandTimes,
  headroomOf,
  hitRateOf,
  leadTimeTimes,
  maxRacksOf,
  minRacksOf,
  surviveRackLossesOf,
  waitingTurnsOf,
} from "./changes.ts";
import type { Change } from "./decided-on.ts";

export interface AssumptionKind {
  readonly name: string;
  /** What may follow the equals sign, in words and with an example. */
  readonly takes: string;
  /** @returns null when the text is no such value */
  readonly read: (text: string) => Change | null;
}

const HEADROOMS: readonly Headroom[] = ["Lean", "Balanced", "Safe"];
const DECIMAL = /^\d+(\.\d+)?$/;
const INTEGER = /^\d{1,6}$/;

const number = (text: string): number | null => (DECIMAL.test(text) ? Number(text) : null);

/** @returns what `make` makes of the number; null for other text, and for what it refuses */
const numeric =
  (make: (value: number) => Change | null) =>
  (text: string): Change | null => {
    const value = number(text);
    return value === null ? null : make(value);
  };

const factor =
  (make: (value: number) => Change) =>
  (text: string): Change | null =>
    text.startsWith("x")
      ? numeric((value) => (value > 0 ? make(value) : null))(text.slice(1))
      : null;

const count =
  (make: (value: number) => Change) =>
  (text: string): Change | null =>
    INTEGER.test(text) ? make(Number(text)) : null;

export const ASSUMPTIONS: readonly AssumptionKind[] = [
  { name: "demand", takes: "a factor above 0, as x1.5", read: factor(demandTimes) },
  {
    name: "hitRate",
    takes: "a share from 0 to 1, as 0.9",
    read: numeric((share) => (share <= 1 ? hitRateOf(share) : null)),
  },
  { name: "leadTime", takes: "a factor above 0, as x2", read: factor(leadTimeTimes) },
  { name: "waitingTurns", takes: "a whole number, as 40", read: count(waitingTurnsOf) },
  {
    name: "headroom",
    takes: HEADROOMS.join(", "),
    read: (text) => {
      const headroom = HEADROOMS.find((each) => each === text);
      return headroom === undefined ? null : headroomOf(headroom);
    },
  },
  { name: "minRacks", takes: "a whole number, as 4", read: count(minRacksOf) },
  { name: "maxRacks", takes: "a whole number, as 12", read: count(maxRacksOf) },
  { name: "surviveRackLosses", takes: "a whole number, as 1", read: count(surviveRackLossesOf) },
];

/** One assumption as it was written, and what it changes. */
export interface Assumption {
  readonly text: string;
  readonly change: Change;
}

export type ReadAssumption = Assumption | { readonly problem: string };

/** @returns the assumption, or what is wrong with the text */
export function readAssumption(text: string): ReadAssumption {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  const kind = ASSUMPTIONS.find((each) => each.name === name);
  if (kind === undefined || equals < 0) {
    const known = ASSUMPTIONS.map((each) => each.name).join(", ");
    return { problem: `found "${text}", expected NAME=VALUE with NAME one of ${known}` };
  }
  const value = text.slice(equals + 1);
  const change = kind.read(value);
  if (change === null) return { problem: `${name}: found "${value}", expected ${kind.takes}` };
  return { text, change };
}
