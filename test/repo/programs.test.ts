import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT, readText } from "./support/repository.ts";

const { bin }: { readonly bin: Readonly<Record<string, string>> } = JSON.parse(
  readText("package.json"),
);

it.each(Object.entries(bin))("%s can be run as `npx` runs it", (_name, path) => {
  expect(() => accessSync(join(ROOT, path), constants.X_OK)).not.toThrow();
  expect(readText(path).startsWith("#!/usr/bin/env node\n")).toBe(true);
});
