import { expect, it } from "vitest";
import { yamlText } from "../../src/config/yaml-text.ts";

it("quotes what Kubernetes' older YAML would take for something else than text", () => {
  const text = yamlText(["why"], { cacheVeto: "Off", until: "2026-12-07T03:23:30.000Z", racks: 9 });
  expect(text).toBe('# why\ncacheVeto: "Off"\nuntil: "2026-12-07T03:23:30.000Z"\nracks: 9\n');
});
