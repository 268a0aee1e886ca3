import type { ApiEvent } from "../api/events.ts";
import { decodeEvent } from "./event-decoder.ts";

export type ConnectionState = "connecting" | "live" | "lost" | "outdated" | "refused" | "partial";

export interface ConnectionHandlers {
  readonly onEvent: (event: ApiEvent) => void;
  readonly onState: (state: ConnectionState) => void;
}

const KINDS: readonly ApiEvent["kind"][] = ["snapshot", "tick", "failure", "forgotten"];

/** The browser gives up on an answer that is no stream, such as a proxy's 502: we do not. */
const RETRY_MS = 3_000;

/** Follows the stream for as long as the page is open; the browser resumes it by the last id. */
export function connect(url: string, handlers: ConnectionHandlers): void {
  const source = new EventSource(url);
  source.addEventListener("open", () => handlers.onState("live"));
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) handlers.onState("lost");
    else retry(url, handlers);
  });
  const read = ({ data }: MessageEvent<string>): void => {
    try {
      handlers.onEvent(decodeEvent(data));
    } catch {
      source.close();
      handlers.onState("outdated");
    }
  };
  for (const kind of KINDS) source.addEventListener(kind, read);
}

function retry(url: string, handlers: ConnectionHandlers): void {
  handlers.onState("refused");
  setTimeout(() => connect(url, handlers), RETRY_MS);
}
