import { Option } from "commander";

export interface FormatFlag {
  readonly format: "text" | "json";
}

/** For people by default, for programs on request; anything else is refused. */
export const formatOption = (): Option =>
  new Option("--format <format>", "for people or for programs")
    .choices(["text", "json"])
    .default("text");
