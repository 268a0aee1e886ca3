import { describe, expect, it } from "vitest";
import { jsonSchemaOf, kindNames } from "../../src/config/json-schema.ts";
import { scenarioPage } from "../../src/config/scenario-page.ts";

describe("the JSON schema of a scenario", () => {
  const text = JSON.stringify(jsonSchemaOf("scenario"));

  it("is one of those that can be asked for", () => {
    expect(kindNames()).toContain("Scenario");
  });

  it("spells out pools and fleets, and refuses other fields", () => {
    const schema = jsonSchemaOf("Scenario");
    expect(schema).toMatchObject({
      properties: {
        spec: {
          additionalProperties: false,
          properties: {
            pools: {
              items: {
                additionalProperties: false,
                required: ["name", "supply", "limits"],
                properties: { consumers: { type: "array" } },
              },
            },
            fleets: { items: { required: ["name", "model", "objectives"] } },
          },
        },
      },
    });
  });

  it("knows every fault", () => {
    expect(text).toContain('"const":"prompt-instability"');
  });
});

it("the page lists every field with its default", () => {
  const page = scenarioPage();
  expect(page).toContain('| `clients.timeout` | `Never` or duration | `"120s"` |');
  expect(page).toContain("| `pools.*.failedBoots` | number | `0` |");
  expect(page).toContain("### slow-replicas");
});
