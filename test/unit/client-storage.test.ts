// Where what was said outlives its client.
import { expect, test } from "vitest";
import { identity, MemoryStorage, type TextStorage, WebStorage } from "../../src/client/extras/storage.ts";
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
  expect(ann.key).toMatch(/^\d+(-\d+){3}$/);
  expect(ann.client).toMatch(/^\d+(-\d+){3}$/);
  expect(ann.client).not.toBe(ann.key);
  expect(identity(all, one)).toEqual(ann);
  const second = identity(all, other);
  expect(second.key).toBe(ann.key);
  expect(second.client).not.toBe(ann.client);
});
