import type { PastBlock } from "../../studies/evaluate/recorded-past.ts";

/** The past of one group, and all that was there with it. */
export interface AskedPast {
  readonly blocks: readonly PastBlock[];
  /** Of every group, as `objectNames` names them. */
  readonly objects: readonly string[];
}
