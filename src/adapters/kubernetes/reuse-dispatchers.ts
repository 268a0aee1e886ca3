import type { KubeConfig } from "@kubernetes/client-node";
import { Dispatcher } from "undici";

/** client-node's private factory: a cluster and the TLS settings of one request. */
const FACTORY = "createDispatcher";

/**
 * client-node 2.0 builds a new connection pool for every request and watch: one TLS handshake each
 * (50 lists were 50 connections, with this one). The pool is kept until what it was built from
 * changes, as when a rotated CA or client certificate is read from its file.
 */
export function reuseDispatchers(config: KubeConfig): { close(): Promise<void> } {
  const create: unknown = Reflect.get(config, FACTORY);
  if (typeof create !== "function") {
    throw new Error(`@kubernetes/client-node has no ${FACTORY} any more: its version is pinned`);
  }
  let current: { readonly key: string; readonly dispatcher: Dispatcher } | null = null;
  const close = async () => {
    const closing = current;
    current = null;
    await closing?.dispatcher.destroy();
  };
  const reuse = (...settings: readonly unknown[]): Dispatcher | undefined => {
    const key = JSON.stringify(settings);
    if (current?.key === key) return current.dispatcher;
    const dispatcher: unknown = Reflect.apply(create, config, settings);
    if (!(dispatcher instanceof Dispatcher)) return undefined;
    // The old pool ends when its last call does: watches go on until they end by themselves.
    void current?.dispatcher.close();
    current = { key, dispatcher };
    return dispatcher;
  };
  Object.defineProperty(config, FACTORY, { value: reuse });
  return { close };
}
