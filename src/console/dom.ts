/** The little of the DOM that the page needs. Text is set as text: nothing is parsed as HTML. */

type Attributes = Readonly<Record<string, string>>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Writes only what changed, so that a selection survives and nothing is announced twice. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** @returns the element that the page's HTML promises. @throws Error when it is not there. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element #${id}`);
  return element;
}

/** A piece of the page that shows a `T`. */
export interface Panel<T> {
  readonly element: HTMLElement;
  update(value: T): void;
}

export interface ListOptions<T> {
  readonly key: (item: T) => string;
  readonly create: (item: T) => Panel<T>;
}

/** @returns a function that makes the children of `parent` show the items, in their order. */
export function keyedList<T>(
  parent: Element,
  { key, create }: ListOptions<T>,
): (items: readonly T[]) => void {
  let panels = new Map<string, Panel<T>>();
  return (items) => {
    const next = new Map(items.map((item) => [key(item), panels.get(key(item)) ?? create(item)]));
    for (const [name, panel] of panels) if (!next.has(name)) panel.element.remove();
    let index = 0;
    for (const panel of next.values()) {
      const current = parent.children[index] ?? null;
      if (current !== panel.element) parent.insertBefore(panel.element, current);
      index += 1;
    }
    for (const item of items) next.get(key(item))?.update(item);
    panels = next;
  };
}
