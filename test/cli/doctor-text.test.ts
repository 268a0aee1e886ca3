import { describe, expect, it } from "vitest";
import { examinationText } from "../../src/cli/doctor-text.ts";
import { epochMs } from "../../src/core/units.ts";
import type { Examination } from "../../src/studies/doctor/doctor.ts";

const finding = {
  check: "domains",
  where: "RackPool gb200-east spec.rack.nodes",
  found: "36 nodes in 1 domain: block-1",
  expected: "18 nodes in a domain, 16 of them usable",
  fix:
    "kubectl get nodes -L nvidia.com/gpu.clique, and name in spec.rack.domainKeys one that " +
    "tells the racks apart",
};
const examination: Examination = {
  schemaVersion: 1,
  checkedAt: epochMs(0),
  counts: { blocker: 1, warning: 1, ok: 1 },
  findings: [
    { severity: "blocker", ...finding },
    { severity: "warning", ...finding, where: "RackPool b", fix: "" },
    { severity: "ok", check: "gpus", where: "gpus", found: "144 GPUs", expected: "", fix: "" },
  ],
};

describe("an examination in words", () => {
  it("has blockers first, each with what was found, what is expected and what to do", () => {
    expect(examinationText(examination, 72)).toBe(
      [
        "BLOCKERS: racks cannot be sized, or would be lost",
        "  RackPool gb200-east spec.rack.nodes",
        "    found     36 nodes in 1 domain: block-1",
        "    expected  18 nodes in a domain, 16 of them usable",
        "    fix       kubectl get nodes -L nvidia.com/gpu.clique, and name in",
        "              spec.rack.domainKeys one that tells the racks apart",
        "",
        "WARNINGS: it works, less well",
        "  RackPool b",
        "    found     36 nodes in 1 domain: block-1",
        "    expected  18 nodes in a domain, 16 of them usable",
        "",
        "OK",
        "  gpus: 144 GPUs",
        "",
        "1 blocker, 1 warning, 1 ok",
      ].join("\n"),
    );
  });
});
