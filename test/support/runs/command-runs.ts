/** Commands that simulate for long. Bundled: see `../bundled.ts`. */
import { addEvaluate } from "../../../src/cli/commands/evaluate.ts";
import { addSimulate } from "../../../src/cli/commands/simulate.ts";
import { addTrace } from "../../../src/cli/commands/trace.ts";
import { commandRunner } from "../command-line.ts";

export const evaluateCommand = commandRunner(addEvaluate, "evaluate");
export const simulateCommand = commandRunner(addSimulate, "simulate");
export const traceCommand = commandRunner(addTrace, "trace");
