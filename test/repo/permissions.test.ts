import { expect, it } from "vitest";
import { permissionTable } from "../support/permissions/page.ts";
import { readText } from "./support/repository.ts";

it("docs/permissions.md shows the table that the API server is tried with", () => {
  expect(readText("docs/permissions.md")).toContain(permissionTable());
});
