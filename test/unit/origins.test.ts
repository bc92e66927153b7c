// Which origins a list means, in whatever spelling, and what is refused because it is none.
import { expect, test } from "vitest";
import { isOriginAllowed, parseOrigins } from "../../src/http/origin.ts";

const OWN = "https://own.example";

test.each([
  { listed: "https://Chat.example/", origin: "https://chat.example", is: true },
  { listed: "HTTPS://chat.example:443", origin: "https://chat.example", is: true },
  { listed: "https://chat.example", origin: "https://CHAT.example:443", is: true },
  { listed: "http://chat.example:80", origin: "http://chat.example", is: true },
  { listed: "http://chat.example", origin: "https://chat.example", is: false },
  { listed: "https://chat.example:8443", origin: "https://chat.example", is: false },
  { listed: "https://chat.example:8443", origin: "https://chat.example:8443", is: true },
  { listed: "https://bücher.example", origin: "https://xn--bcher-kva.example", is: true },
  { listed: "https://chat.example.", origin: "https://chat.example", is: false },
  { listed: "http://[::1]:8787", origin: "http://[0:0:0:0:0:0:0:1]:8787", is: true },
  { listed: " , https://a.example ,", origin: "https://a.example", is: true },
  { listed: "https://a.example", origin: "https://sub.a.example", is: false },
  { listed: "https://a.example", origin: "null", is: false },
  { listed: "*", origin: "null", is: true },
  { listed: "", origin: "null", is: false },
  { listed: "", origin: "not a url", is: false },
  { listed: "", origin: "https://OWN.example:443", is: true },
  { listed: "", origin: "http://own.example", is: false },
  { listed: "", origin: "", is: false },
])("[C11] with '$listed' listed, $origin is let in: $is", ({ listed, origin, is }) => {
  expect(isOriginAllowed(origin, OWN, parseOrigins(listed))).toBe(is);
});

test.each([
  "chat.example",
  "https://chat.example/room",
  "https://chat.example/?a",
  "https://chat.example/#a",
  "https://user@chat.example",
  "https://*.example",
  "ftp://chat.example",
  "file:///",
  "null",
  "https://",
  "https://a.example https://b.example",
])("[C11] '%s' is no origin: the list is refused with a sentence that names it", (entry) => {
  expect(() => parseOrigins(`https://a.example, ${entry}`)).toThrow(
    `ALLOWED_ORIGINS lists ${entry}; list origins such as https://chat.example, or "*" for any.`,
  );
});
