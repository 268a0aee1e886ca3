/** A reader of server-sent events over a real connection, as a browser would be. */
import { request, type IncomingMessage } from "node:http";

export interface ReadEvent {
  readonly id: string;
  readonly kind: string;
  readonly json: string;
}

export interface EventReader {
  /** The next message that is no comment; rejects when the stream has ended. */
  next(): Promise<ReadEvent>;
  /** Comments received so far. */
  readonly comments: readonly string[];
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** @throws Error when the server answers with anything but a stream. */
export async function readEvents(url: string, lastEventId?: string): Promise<EventReader> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const response = await answerTo(url, headers);
  const type = response.headers["content-type"];
  if (response.statusCode !== 200 || type !== "text/event-stream; charset=utf-8") {
    throw new Error(`${url} answered ${response.statusCode} ${type}`);
  }
  const comments: string[] = [];
  const messages = messagesOf(response, comments);
  return {
    next: async () => {
      const { value, done } = await messages.next();
      if (done === true) throw new Error("the stream has ended");
      return value;
    },
    comments,
    ended: new Promise((resolve) => response.once("close", resolve)),
    close: () => response.destroy(),
  };
}

function answerTo(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(url, { headers, agent: false }, resolve).once("error", reject).end();
  });
}

async function* messagesOf(
  response: IncomingMessage,
  comments: string[],
): AsyncGenerator<ReadEvent, undefined> {
  let text = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    text += String(chunk);
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      if (block.startsWith(":")) comments.push(block.slice(2));
      else if (!block.startsWith("retry:")) yield parsed(block);
    }
  }
  return undefined;
}

function parsed(block: string): ReadEvent {
  const fields = new Map(
    block.split("\n").map((line) => {
      const colon = line.indexOf(": ");
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  const field = (name: string): string => fields.get(name) ?? "";
  return { id: field("id"), kind: field("event"), json: field("data") };
}
