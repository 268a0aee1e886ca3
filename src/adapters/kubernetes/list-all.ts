import type { KubeClient, Selection } from "./client.ts";
import type { Json } from "./decode.ts";

/** Objects in one answer: what the API's own clients ask for. */
const PAGE = 500;

/** @returns every object of the selection, page after page. @throws PortError */
export async function listAll(client: KubeClient, selection: Selection): Promise<readonly Json[]> {
  const found: Json[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const page = await client.listPage(selection, { limit: PAGE, next });
    found.push(...page.items);
    next = page.next === "" ? null : page.next;
  }
  return found;
}
