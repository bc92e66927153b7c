// Building the document: text goes in as text, always.

/** The element of index.html with this id and class. Throws where the page and its script do not fit. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`index.html has no <${kind.name}> #${id}`);
}

/** A new element with a class, and children that are elements or plain text. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** A name that somebody chose: its direction must not leak into what stands beside it. */
export const nameOf = (name: string): HTMLElement => el("bdi", "name", name);

/** Names as a sentence has them; many are counted. */
export function namesOf(names: readonly string[], most = 3): (Node | string)[] {
  const hidden = Math.max(0, names.length - most);
  const last = names.length - 1;
  const shown = names.slice(0, most).flatMap((name, i) => {
    if (i === 0) return [nameOf(name)];
    return [i === last ? " and " : ", ", nameOf(name)];
  });
  return hidden > 0 ? [...shown, ` and ${hidden} more`] : shown;
}

export function button(className: string, label: string, act: () => void): HTMLButtonElement {
  const made = el("button", className, label);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** What does not change is not written: a screen reader would read it again, and the browser lay it out. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export const count = (n: number, what: string): string =>
  `${n.toLocaleString()} ${what}${n === 1 ? "" : "s"}`;

/**
 * Makes the children of a list those of `keys`, in their order. One that is there already stays as it is, and is not moved
 * unless it has to be.
 */
export function sync<T extends { readonly key: string }>(
  list: HTMLElement,
  items: readonly T[],
  make: (item: T) => HTMLElement,
): void {
  const wanted = new Set(items.map(({ key }) => key));
  const there = new Map<string, Element>();
  for (const child of [...list.children]) {
    const key = (child as HTMLElement).dataset.key ?? "";
    if (wanted.has(key)) there.set(key, child);
    else child.remove();
  }
  let at = list.firstElementChild;
  for (const item of items) {
    const known = there.get(item.key);
    if (known !== undefined && known === at) {
      at = at.nextElementSibling;
      continue;
    }
    const row = known ?? make(item);
    if (row instanceof HTMLElement) row.dataset.key = item.key;
    list.insertBefore(row, at);
  }
}
