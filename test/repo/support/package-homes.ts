/** Which folder may import which package: every outside part has one place where it is known. */
import type { ImportEdge } from "./import-edges.ts";
import type { Offence } from "./offence.ts";

/** By package, the folders of `src` that may import it. */
export const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  "@fastify/helmet": ["adapters/http"],
  "@fastify/type-provider-typebox": ["adapters/http"],
  "@kubernetes/client-node": ["adapters/kubernetes"],
  "close-with-grace": ["cli"],
  commander: ["cli"],
  fastify: ["adapters/http"],
  "p-queue": ["adapters/prometheus", "adapters/serialised-backend"],
  picocolors: ["cli"],
  pino: ["cli", "adapters/telemetry"],
  "prom-client": ["adapters/telemetry"],
  typebox: ["api", "adapters/http"],
  undici: ["adapters/kubernetes", "adapters/outbox", "adapters/prometheus"],
  uplot: ["console", "report"],
  yaml: ["config", "traces", "cli"],
  zod: ["config", "traces"],
};

const REMEDY =
  "A package has one home: use what that offers. A new one: see CONTRIBUTING.md, Add a dependency.";

/** @returns the offence of importing a package away from its home, or null. */
export function packageOffence(edge: ImportEdge): Offence | null {
  if (edge.target !== null || edge.specifier.startsWith("node:")) return null;
  const homes = PACKAGE_HOMES[packageOf(edge.specifier)] ?? [];
  if (homes.some((home) => edge.from.startsWith(`src/${home}/`))) return null;
  const found = `imports ${edge.specifier}, whose home is ${homes.join(" or ") || "not listed"}`;
  return { path: edge.from, line: edge.line, found, remedy: REMEDY };
}

/** `@scope/name/deep` → `@scope/name`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
