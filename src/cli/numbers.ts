/** Numbers on the command line: each says what it found and what it expects. */
import { InvalidArgumentError } from "commander";

/** @returns NaN for blank text too, which `Number` takes for 0 */
const numberOf = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));

export function positiveNumber(text: string): number {
  const value = numberOf(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError(`found "${text}", expected a number above 0.`);
}

export function wholeNumber(text: string): number {
  const value = numberOf(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError(`found "${text}", expected a whole number from 0.`);
}

export function positiveWholeNumber(text: string): number {
  const value = numberOf(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError(`found "${text}", expected a whole number above 0.`);
}

export function portNumber(text: string): number {
  const value = numberOf(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError(`found "${text}", expected a port from 0 to 65535.`);
}
