/** How soon V8 compiles what a simulation runs. */
import { setFlagsFromString } from "node:v8";

/**
 * Bytes of bytecode that a function runs through before V8 considers to optimise it; 66 KB as it
 * comes. A tick runs hundreds of functions, few of them so often that it pays within a run of some
 * thousand ticks, and in the kernel's loops three times as much is over in milliseconds. Measured:
 * `bench/README.md`. What is computed does not depend on it.
 */
const INTERRUPT_BUDGET_BYTES = 200_000;

/** Has this process compile less, in all of its threads. */
export const compileLater = (): void =>
  setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET_BYTES}`);
