import { readFileSync } from "node:fs";

/** @returns the version of package.json, which stands beside `dist` and `src` alike */
export function packageVersion(): string {
  const file: unknown = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const found = typeof file === "object" && file !== null && "version" in file ? file.version : "";
  return typeof found === "string" ? found : "unknown";
}
