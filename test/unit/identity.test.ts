import { expect, test } from "vitest";
import { identityOf } from "../../src/rate-limit/identity.ts";

test.each([
  { address: "203.0.113.7", key: "4:203.0.113.7" },
  { address: " 203.0.113.7 ", key: "4:203.0.113.7" },
  { address: "::ffff:203.0.113.7", key: "4:203.0.113.7" },
  { address: "255.255.255.255", key: "4:255.255.255.255" },
  { address: "::ffff:1.2.3.4", key: "4:1.2.3.4" },
  { address: "1::ffff:1.2.3.4", key: "6:1:0:0:0" },
  { address: "::FFFF:cb00:7107", key: "4:203.0.113.7" },
  { address: "0:0:0:0:0:ffff:203.0.113.7", key: "4:203.0.113.7" },
  { address: "2001:db8:1:2:3:4:5:6", key: "6:2001:db8:1:2" },
  { address: "2001:0DB8:0001:0002::", key: "6:2001:db8:1:2" },
  { address: "[2001:db8:1:2::9]", key: "6:2001:db8:1:2" },
  { address: "fe80::1%eth0", key: "6:fe80:0:0:0" },
  { address: "::1", key: "6:0:0:0:0" },
  { address: "2001:db8::1:2:3:4:5", key: "6:2001:db8:0:1" },
])("[L7] $address is counted as $key", ({ address, key }) => {
  expect(identityOf(address)).toBe(key);
});

test.each([
  null,
  "",
  "unknown",
  "1.2.3",
  "1.2.3.256",
  "01.2.3.4",
  "1::2::3",
  ":::",
  "12345::",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4::5:6:7:8",
  "1:2:3:4:5::6:7:8:9",
  "1.2.3.4::1",
  "::1.2.3.4:5",
  "1[::2]",
  "[::2]1",
])("[L7] %s is no address, and shares one key", (address) => {
  expect(identityOf(address)).toBe("none");
});
