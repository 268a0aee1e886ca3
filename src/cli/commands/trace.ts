import type { Command } from "commander";
import { addTraceGenerate } from "../traces/trace-generate.ts";
import { addTraceImport } from "../traces/trace-import.ts";
import { addTraceInspect } from "../traces/trace-inspect.ts";
import { addTraceRecord } from "../traces/trace-record.ts";

export function addTrace(program: Command): void {
  const trace = program
    .command("trace")
    .description("Recorded and generated traffic: look at it, convert it, make it.");
  addTraceImport(trace);
  addTraceInspect(trace);
  addTraceGenerate(trace);
  addTraceRecord(trace);
}
