/** Where the running controller is, for every command that reads it. */
import { readFileSync } from "node:fs";
import { Option } from "commander";
import type { Command } from "commander";
import type { ApiAddress } from "./api-client.ts";
import { UsageError } from "./usage-error.ts";

export interface ApiFlags {
  readonly url: string;
  readonly tokenFile?: string;
}

export function withApiFlags(command: Command): Command {
  return command
    .addOption(
      new Option("--url <url>", "of the controller's HTTP address")
        .env("BREAKWATER_URL")
        .default("http://127.0.0.1:8080"),
    )
    .addOption(
      new Option("--token-file <path>", "bearer token for an address that asks for one").env(
        "BREAKWATER_TOKEN_FILE",
      ),
    );
}

/** @throws UsageError for a URL that is none, or a token file that cannot be read */
export function apiOf({ url, tokenFile }: ApiFlags): ApiAddress {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) {
    throw new UsageError(`--url: found "${url}", expected http(s)://host:port`);
  }
  if (tokenFile === undefined) return { url, token: "" };
  try {
    return { url, token: readFileSync(tokenFile, "utf8").trim() };
  } catch (cause) {
    throw new UsageError(`--token-file ${tokenFile} cannot be read: ${String(cause)}`);
  }
}
