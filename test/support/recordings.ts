/** Where recorded traffic lies: beside the checkout, or where the environment says. */
import { join } from "node:path";

const FOLDER =
  process.env.BREAKWATER_TRACES ?? join(import.meta.dirname, "..", "..", "..", "shared", "traces");

/** @returns the path a recording would have; it need not exist */
export const recordingPath = (file: string): string => join(FOLDER, file);
