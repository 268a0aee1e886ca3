import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/adapters/kubernetes/decode.ts";
import {
  isGitOps,
  lastWriterOf,
  ownersAt,
  ownersOf,
} from "../../../src/adapters/kubernetes/managed-fields.ts";

/** Each manager's fields, a minute after the one before. */
const owned = (managers: Readonly<Record<string, Json>>): Json => ({
  metadata: {
    managedFields: Object.entries(managers).map(([manager, fieldsV1], minute) => ({
      manager,
      operation: "Update",
      time: `2026-12-01T18:0${minute}:00Z`,
      fieldsV1,
    })),
  },
});

const QUANTITY = ["spec", "rkeConfig", "machinePools", { name: "gb200" }, "quantity"];

describe("who wrote a field", () => {
  it.each([
    ["the one who has it", { a: { "f:spec": { "f:count": {} } } }, ["a"]],
    [
      "the latest first",
      { a: { "f:spec": { "f:count": {} } }, b: { "f:spec": { "f:count": {} } } },
      ["b", "a"],
    ],
    ["nobody who has a neighbour", { a: { "f:spec": { "f:other": {} } } }, []],
    ["nobody who has the map around it", { a: { "f:spec": { ".": {}, "f:other": {} } } }, []],
    [
      "not the one whose map it is, once somebody has the field",
      { a: { "f:spec": {} }, b: { "f:spec": { "f:count": {} } } },
      ["b"],
    ],
    ["nobody where nothing is recorded", {}, []],
    ["nobody who has nothing left", { a: {} }, []],
  ])("is %s", (_, managers, expected) => {
    const object = owned(managers);
    expect(ownersOf(object, "count").map(({ manager }) => manager)).toEqual(expected);
    expect(lastWriterOf(object, "count")).toBe(expected[0] ?? "");
  });

  it.each([
    ["of a list that is owned as a whole", { "f:machinePools": {} }],
    [
      "of an entry with a name",
      { "f:machinePools": { 'k:{"name":"gb200"}': { "f:name": {}, "f:quantity": {} } } },
    ],
  ])("is found inside a list: %s", (_, rkeConfig) => {
    const other = { "f:machinePools": { 'k:{"name":"system"}': { "f:quantity": {} } } };
    const object = owned({
      a: { "f:spec": { "f:rkeConfig": rkeConfig } },
      b: { "f:spec": { "f:rkeConfig": other } },
    });
    expect(ownersAt(object, QUANTITY).map(({ manager }) => manager)).toEqual(["a"]);
  });
});

describe("tools that write what Git says", () => {
  it.each([
    ["argocd-controller", true],
    ["kustomize-controller", true],
    ["configsync.gke.io", true],
    ["helm", false],
    ["kubectl-edit", false],
    ["breakwater", false],
  ])("%s: %s", (manager, expected) => {
    expect(isGitOps(manager)).toBe(expected);
  });
});
