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
