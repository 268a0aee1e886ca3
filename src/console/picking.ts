/** Choosing an instant anywhere on the page: charts and decisions say so, the page listens. */

const PICK = "pick-instant";

export function pickInstant(from: Element, atSeconds: number): void {
  from.dispatchEvent(new CustomEvent<number>(PICK, { bubbles: true, detail: atSeconds }));
}

export function onPick(listener: (atSeconds: number) => void): void {
  document.addEventListener(PICK, (event) => {
    if (event instanceof CustomEvent) listener(Number(event.detail));
  });
}
