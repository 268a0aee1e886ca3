/** What one kind of object is, besides its fields: one table row per kind, read by `crd.ts`. */
import type { z } from "zod";

export const GROUP = "breakwater.dev";
export const VERSION = "v1alpha1";
export const API_VERSION = `${GROUP}/${VERSION}`;

export type KindName = "RackPool" | "InferenceFleet" | "ScaleDecision" | "FleetOverride";

/** A column of `kubectl get`. Priority 1 is shown with `-o wide` only. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description: string;
  readonly priority: 0 | 1;
}

export interface Kind<Spec extends z.ZodType = z.ZodType> {
  readonly kind: KindName;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly scope: "Cluster" | "Namespaced";
  readonly description: string;
  readonly spec: Spec;
  readonly status: z.ZodType;
  readonly columns: readonly Column[];
}

/** The last column of every kind. */
export const AGE: Column = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Since when the object exists.",
  priority: 0,
};

/** @returns a text column that is always shown. */
export const column = (name: string, jsonPath: string, description: string): Column => ({
  name,
  type: "string",
  jsonPath,
  description,
  priority: 0,
});

export const integerColumn = (name: string, jsonPath: string, description: string): Column => ({
  ...column(name, jsonPath, description),
  type: "integer",
});

/** @returns the column, shown with `-o wide` only. */
export const wide = (shown: Column): Column => ({ ...shown, priority: 1 });
