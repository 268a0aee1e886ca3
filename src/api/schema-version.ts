import { Type } from "typebox";

/** Raised by every change that breaks a reader of the HTTP API. */
export const API_SCHEMA_VERSION = 1;

export const SchemaVersion = Type.Integer({ description: "Version of this answer's shape." });
