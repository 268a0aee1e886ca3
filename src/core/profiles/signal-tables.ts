/** Every table by the name that a fleet gives it. */
import type { EdgeProfile, SignalProfile } from "../signals/names.ts";
import { DYNAMO_FRONTEND } from "./dynamo-frontend.ts";
import { DYNAMO_SIGNALS } from "./dynamo.ts";
import { LLM_D_EPP } from "./llm-d-epp.ts";
import { SGLANG_SIGNALS } from "./sglang.ts";
import type { EdgeTable, SignalTable } from "./signal-table.ts";
import { TRTLLM_SIGNALS } from "./trtllm.ts";
import { VLLM_SIGNALS } from "./vllm.ts";

export const SIGNAL_TABLES: Readonly<Record<SignalProfile, SignalTable>> = {
  vllm: VLLM_SIGNALS,
  sglang: SGLANG_SIGNALS,
  trtllm: TRTLLM_SIGNALS,
  dynamo: DYNAMO_SIGNALS,
};

export const EDGE_TABLES: Readonly<Record<EdgeProfile, EdgeTable>> = {
  "llm-d-epp": LLM_D_EPP,
  dynamo: DYNAMO_FRONTEND,
};
