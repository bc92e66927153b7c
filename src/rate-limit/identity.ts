// Who is one sender, for the rate limit: an address in any spelling becomes one key (L7).

/** What a request without a readable address is counted under: all such requests share one budget. */
export const NO_ADDRESS = "none";

/**
 * The key of an address: an IPv4 address is exact, also in its IPv6-mapped spelling; an IPv6 address counts by its
 * /64, which is what one customer gets (RFC 6177). Anything else is NO_ADDRESS.
 */
export function identityOf(address: string | null): string {
  if (address === null) return NO_ADDRESS;
  const text = address.trim().toLowerCase();
  const four = parseIPv4(text);
  if (four !== null) return `4:${four.join(".")}`;
  const six = parseIPv6(text);
  if (six === null) return NO_ADDRESS;
  if (six.slice(0, 5).every((group) => group === 0) && six[5] === 0xffff) {
    const [high = 0, low = 0] = six.slice(6);
    return `4:${[high >> 8, high & 255, low >> 8, low & 255].join(".")}`;
  }
  return `6:${six
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(":")}`;
}

function parseIPv4(text: string): number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

/** The eight groups of an IPv6 address (RFC 4291, 2.2; a zone as in RFC 4007 is dropped), or null. */
function parseIPv6(text: string): number[] | null {
  const bare = text.replace(/^\[(.*)\]$/, "$1").replace(/%.*/, "");
  const halves = bare.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half, i) => parseGroups(half, i === halves.length - 1));
  if (head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? head : null;
  const zeros = 8 - head.length - tail.length;
  return zeros < 1 ? null : [...head, ...Array.from({ length: zeros }, () => 0), ...tail];
}

function parseGroups(text: string, mayEndInIPv4: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const four = mayEndInIPv4 && i === parts.length - 1 ? parseIPv4(part) : null;
    if (four !== null) {
      const [a = 0, b = 0, c = 0, d = 0] = four;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return groups;
}
