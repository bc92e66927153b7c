// Where what was said outlives its client.
import { expect, test } from "vitest";
import { identity, MemoryStorage, type TextStorage, WebStorage } from "../../src/client/extras/storage.ts";
import { decodeHello } from "../../src/protocol/codec.ts";
import { DELIVERY_PROTOCOL } from "../../src/protocol/limits.ts";
import { OUTBOX } from "../support/saved-outbox.ts";

/** A browser's storage, of texts by name. */
function browser(
  texts: Record<string, string> = {},
): TextStorage & { readonly texts: Record<string, string> } {
  return {
    texts,
    getItem: (name) => texts[name] ?? null,
    setItem: (name, text) => {
      texts[name] = text;
    },
    removeItem: (name) => {
      delete texts[name];
    },
  };
}

test("[P8] a browser keeps an outbox for each room and client, and nothing where nothing waits", () => {
  const storage = browser();
  const lobby = new WebStorage(storage, "lobby", "tab");
  expect(lobby.load()).toBeNull();
  lobby.save(OUTBOX);
  expect(Object.keys(storage.texts)).toEqual(["edge-chat-outbox tab lobby"]);
  expect(new WebStorage(storage, "lobby", "tab").load()).toEqual(OUTBOX);
  expect(new WebStorage(storage, "lobby", "other").load()).toBeNull();
  expect(new WebStorage(storage, "other", "tab").load()).toBeNull();
  lobby.save({ ...OUTBOX, items: [] });
  expect(storage.texts).toEqual({});
});

test.each(["", "null", "[]", '{"items":[{}],"epoch":"e","counter":1}', '{"items":[],"epoch":"e"}'])(
  "[D11] what is no outbox is an empty one: %s",
  (text) => {
    expect(new WebStorage(browser({ "edge-chat-outbox tab lobby": text }), "lobby", "tab").load()).toBeNull();
  },
);

test("memory keeps what it was told last", () => {
  const memory = new MemoryStorage();
  expect(memory.load()).toBeNull();
  memory.save(OUTBOX);
  expect(memory.load()).toBe(OUTBOX);
});

test("a browser is one author, and each tab a client of its own; both stay", () => {
  const [all, one, other] = [browser(), browser(), browser()];
  const ann = identity(all, one);
  expect(decodeHello(JSON.stringify({ name: "ann", protocol: DELIVERY_PROTOCOL, ...ann }))).toMatchObject({
    ok: true,
  });
  // 288 bits: a key is a secret.
  expect(ann.key).toMatch(/^\d+(-\d+){8}$/);
  expect(ann.client).not.toBe(ann.key);
  expect(identity(all, one)).toEqual(ann);
  const second = identity(all, other);
  expect(second.key).toBe(ann.key);
  expect(second.client).not.toBe(ann.client);
});

const idOf = (key: string, client: string): ReturnType<typeof identity> =>
  identity(browser({ "edge-chat-key": key }), browser({ "edge-chat-client": client }));

test("a key or a tag that a room refuses is made anew, and one that it takes stays, up to its bounds", () => {
  for (const given of [
    { key: "k".repeat(16), client: "t" },
    { key: "k".repeat(128), client: "t".repeat(32) },
  ])
    expect(idOf(given.key, given.client)).toEqual(given);
  for (const given of [
    { key: "k".repeat(15), client: "" },
    { key: "k".repeat(129), client: "t".repeat(33) },
  ]) {
    const made = idOf(given.key, given.client);
    expect([made.key, made.client]).not.toContain(given.key);
    expect([made.key, made.client]).not.toContain(given.client);
  }
});
