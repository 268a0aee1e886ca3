import { gunzipSync } from "node:zlib";
import { parseCanonical } from "../../core/canonical.ts";
import { type GroupMemory, MEMORY_SCHEMA_VERSION } from "../../core/memory.ts";
import { PortError } from "../../ports/errors.ts";
import { isJson, type Json, numberAt, stringAt } from "../kubernetes/decode.ts";

/** Key of the ConfigMap's `binaryData`. */
export const MEMORY_KEY = "memory.json.gz";
/** Far above any real memory; keeps a hostile ConfigMap from filling the process. */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** @throws PortError `bad-answer` for what this release cannot read; the message says what can */
export function decodeMemory(object: Json, place: string): GroupMemory {
  const memory = unpacked(stringAt(object, "binaryData", MEMORY_KEY), place);
  const version = numberAt(memory, "schemaVersion");
  if (version !== MEMORY_SCHEMA_VERSION) {
    const text =
      `${place}: found schemaVersion ${version}, expected ${MEMORY_SCHEMA_VERSION}: written by ` +
      "another release; run that one, or delete the ConfigMap to start without memory";
    throw new PortError("bad-answer", text);
  }
  if (!isJson(memory["fleets"]) || !isJson(memory["pools"])) {
    throw new PortError("bad-answer", `${place}: expected fleets and pools, found neither`);
  }
  return memory as unknown as GroupMemory;
}

function unpacked(base64: string, place: string): Json {
  try {
    const packed = Buffer.from(base64, "base64");
    const text = gunzipSync(packed, { maxOutputLength: UNPACKED_BYTES_MAX }).toString("utf8");
    const memory = parseCanonical(text);
    if (isJson(memory)) return memory;
  } catch (cause) {
    const text = `${place}: binaryData["${MEMORY_KEY}"] cannot be read; expected gzipped JSON`;
    throw new PortError("bad-answer", text, cause);
  }
  throw new PortError("bad-answer", `${place}: expected an object, found something else`);
}
