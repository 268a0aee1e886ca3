import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { isJson, type Json, stringAt } from "../../../src/adapters/kubernetes/decode.ts";
import { toolPath } from "../control-plane/tools.ts";

/** Vendors' own definitions, as their Go modules carry them. */
const MODULES = [
  {
    module: "sigs.k8s.io/cluster-api@v1.12.0",
    files: ["machinedeployments", "machinesets", "machinepools", "machines"].map(
      (plural) => `config/crd/bases/cluster.x-k8s.io_${plural}.yaml`,
    ),
  },
  {
    module: "github.com/gardener/machine-controller-manager@v0.60.0",
    files: ["machinedeployments", "machines"].map(
      (plural) => `kubernetes/crds/machine.sapcloud.io_${plural}.yaml`,
    ),
  },
];

/** Of the same Go that builds the control plane's programs. */
const GO = "go";

/** What is kept beside the program of Karpenter (tools/control-plane/catalog.mjs). */
const KARPENTER_FILE = "karpenter-crds.yaml";

/**
 * The modules' folders in Go's cache, got through the module proxy where they are not there yet.
 * @returns why they cannot be had, "" when they can; in CI, which skips nothing, it throws
 */
export function vendorCrdsOrSkip(): string {
  try {
    for (const { module } of MODULES) moduleDir(module);
    return "";
  } catch (cause) {
    const modules = MODULES.map(({ module }) => module).join(" ");
    const reason = `vendors' definitions missing; run: go mod download -json ${modules}`;
    if (process.env.CI === "true") throw new Error(reason, { cause });
    console.warn(`SKIPPED: ${reason}`);
    return `(skipped: ${reason})`;
  }
}

function moduleDir(module: string): string {
  const args = ["mod", "download", "-json", module];
  const said = execFileSync(GO, args, { cwd: tmpdir(), stdio: ["ignore", "pipe", "pipe"] });
  const found: unknown = JSON.parse(said.toString());
  return stringAt(found, "Dir");
}

/** @returns CustomResourceDefinitions of Cluster API, Gardener and Karpenter */
export function vendorCrds(): readonly Json[] {
  const paths = MODULES.flatMap(({ module, files }) => {
    const dir = moduleDir(module);
    return files.map((file) => join(dir, file));
  });
  return [...paths.flatMap(definitionsIn), ...karpenterCrds()];
}

/** @returns Karpenter's CustomResourceDefinitions, those of its provider for kwok included */
export const karpenterCrds = (): readonly Json[] =>
  definitionsIn(join(dirname(toolPath("karpenter")), KARPENTER_FILE));

const definitionsIn = (path: string): readonly Json[] =>
  parseAllDocuments(readFileSync(path, "utf8"))
    .map((document): unknown => document.toJS())
    .filter(isJson)
    .filter((object) => stringAt(object, "kind") === "CustomResourceDefinition");
