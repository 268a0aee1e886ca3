/** Who may import whom: the architecture as a table. */
import type { ImportEdge } from "./import-edges.ts";
import type { Offence } from "./offence.ts";

export interface LayerRule {
  /** Layers whose values and types may be imported; a layer may always import itself. */
  readonly imports: readonly string[];
  /** Layers of which only types may be imported. */
  readonly types: readonly string[];
  /** Whether modules of Node itself (`node:fs`) may be imported. */
  readonly node: boolean;
  /** What to do instead. */
  readonly remedy: string;
}

/** A layer is a folder of `src`. */
export const LAYERS: Readonly<Record<string, LayerRule>> = {
  core: {
    imports: [],
    types: [],
    node: false,
    remedy:
      "core is pure: take what you need as an argument, and let controller or an adapter fetch it.",
  },
  ports: {
    imports: [],
    types: ["core"],
    node: false,
    remedy: "ports are interfaces over core's types: move the code to core or to an adapter.",
  },
  api: {
    imports: [],
    types: ["core"],
    node: false,
    remedy:
      "api is schemas for console and report: take only types of core, compute in an adapter.",
  },
  config: {
    imports: ["core"],
    types: [],
    node: false,
    remedy: "config turns text into compiled values: read it in cli or an adapter and pass it in.",
  },
  traces: {
    imports: ["core"],
    types: [],
    node: true,
    remedy: "traces knows formats and core only: pass anything else in.",
  },
  controller: {
    imports: ["core", "ports"],
    types: [],
    node: false,
    remedy: "controller talks to ports only: add what is missing to a port, adapters implement it.",
  },
  adapters: {
    imports: ["core", "ports", "api"],
    types: ["config"],
    node: true,
    remedy: "an adapter knows one outside thing: take other parts as arguments that cli passes in.",
  },
  sim: {
    imports: ["core", "ports", "controller", "traces", "config"],
    types: [],
    node: false,
    remedy: "sim is a deterministic world behind the ports: it touches no adapter and no machine.",
  },
  baselines: {
    imports: ["core"],
    types: [],
    node: false,
    remedy: "a baseline is a policy like ours: it sees what core sees.",
  },
  oracle: {
    imports: ["core", "sim"],
    types: [],
    node: false,
    remedy: "oracle reads the future out of sim: nothing but studies may know of it.",
  },
  studies: {
    imports: ["core", "ports", "sim", "baselines", "oracle", "traces", "config", "report"],
    types: ["api"],
    node: true,
    remedy: "studies are offline jobs: live data reaches them through ports that cli passes in.",
  },
  report: {
    imports: ["api"],
    types: [],
    node: true,
    remedy: "report shows results: extend the schema in api and let studies fill it.",
  },
  console: {
    imports: ["api"],
    types: [],
    node: false,
    remedy:
      "console runs in a browser and knows api alone: extend the schema and the HTTP adapter.",
  },
  cli: {
    imports: [
      "core",
      "ports",
      "api",
      "config",
      "traces",
      "controller",
      "adapters",
      "sim",
      "baselines",
      "oracle",
      "studies",
      "report",
      "console",
    ],
    types: [],
    node: true,
    remedy: "cli wires what is in src: nothing of src imports tests or tools.",
  },
};

const UNKNOWN_LAYER =
  "Every folder of src has a row in LAYERS of test/repo/support/layer-rules.ts.";
const ADAPTER_REMEDY =
  "Adapters may use those of SHARED_ADAPTERS alone: move shared code there or to core.";

/** Adapters that their siblings may use. */
const SHARED_ADAPTERS: readonly string[] = ["kubernetes", "outbox", "telemetry"];

/** @returns the offence of a relative or `node:` import of a file in `src`, or null. */
export function layerOffence(edge: ImportEdge): Offence | null {
  const from = layerOf(edge.from);
  const rule = LAYERS[from];
  if (rule === undefined) return offence(edge, UNKNOWN_LAYER);
  if (edge.target === null) return nodeOffence(edge, rule);
  const to = layerOf(edge.target);
  if (to !== from) return mayImport(edge, rule, to) ? null : offence(edge, rule.remedy);
  return from === "adapters" ? siblingOffence(edge, edge.target) : null;
}

function nodeOffence(edge: ImportEdge, rule: LayerRule): Offence | null {
  return edge.specifier.startsWith("node:") && !rule.node ? offence(edge, rule.remedy) : null;
}

function mayImport(edge: ImportEdge, rule: LayerRule, to: string): boolean {
  return rule.imports.includes(to) || (edge.typeOnly && rule.types.includes(to));
}

function siblingOffence(edge: ImportEdge, target: string): Offence | null {
  const own = adapterOf(edge.from);
  const other = adapterOf(target);
  return own === other || SHARED_ADAPTERS.includes(other) ? null : offence(edge, ADAPTER_REMEDY);
}

/** `src/core/gate/index.ts` → `core`; "" outside `src`. */
const layerOf = (path: string): string =>
  path.startsWith("src/") ? (path.split("/")[1] ?? "") : "";
const adapterOf = (path: string): string => path.split("/")[2] ?? "";

function offence({ from, line, specifier, typeOnly }: ImportEdge, remedy: string): Offence {
  const found = typeOnly ? `imports types of ${specifier}` : `imports ${specifier}`;
  return { path: from, line, found, remedy };
}
