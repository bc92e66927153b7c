// The names that an engine's standard objects have: k6's engine writes them down (`npm run check:k6-engine -- --write`), and the
// host deletes whatever Node has beyond them. Runs in both.

/** `Math` → its names, `Array.prototype` → its names, …; sorted. */
export type Shape = Readonly<Record<string, readonly string[]>>;

type Standard = readonly [name: string, object: object];

/** All standard objects that a script can reach without syntax of its own. */
export function standardObjects(): Standard[] {
  const found: Standard[] = [["globalThis", globalThis]];
  for (const name of Reflect.ownKeys(globalThis)) {
    if (typeof name !== "string") continue;
    const value: unknown = (globalThis as Record<string, unknown>)[name];
    if (!isObject(value) || value === globalThis) continue;
    found.push([name, value]);
    const prototype: unknown = (value as { prototype?: unknown }).prototype;
    if (isObject(prototype)) found.push([`${name}.prototype`, prototype]);
  }
  const typedArray = Object.getPrototypeOf(Uint8Array) as { prototype: object };
  const arrayIterator = Object.getPrototypeOf([].values()) as object;
  return [
    ...found,
    ["%TypedArray%", typedArray],
    ["%TypedArray%.prototype", typedArray.prototype],
    ["%IteratorPrototype%", Object.getPrototypeOf(arrayIterator) as object],
  ];
}

export function shapeOfEngine(): Shape {
  return Object.fromEntries(
    standardObjects().map(([name, object]) => [
      name,
      Reflect.ownKeys(object)
        .map((key) => String(key))
        .toSorted(),
    ]),
  );
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";
