// The client's decoder of what a room sends. A room is not trusted either: the page shows what others wrote.
import { type Fields, isCount, isFields, parseFields } from "./fields.ts";
import type {
  ChatMessage,
  ErrorCode,
  Gap,
  HistoryPage,
  Limits,
  Member,
  Presence,
  Refusal,
  ServerFrame,
  Welcome,
} from "./messages.ts";

type Is<T> = (value: unknown) => value is T;

const isText: Is<string> = (value) => typeof value === "string";
const isFlag: Is<boolean> = (value) => typeof value === "boolean";
const isLength: Is<number> = (value) => isCount(value, 1);
const optional =
  <T>(is: Is<T>): Is<T | undefined> =>
  (value): value is T | undefined =>
    value === undefined || is(value);
const listOf =
  <T>(is: Is<T>): Is<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every((item) => is(item));
/** An object that has each of these fields as it is told; others may stand beside them. */
function shape<T extends object>(fields: { readonly [Key in keyof T]-?: Is<T[Key]> }): Is<T> {
  const rules = Object.entries<Is<unknown>>(fields);
  return (value): value is T => isFields(value) && rules.every(([key, is]) => is(value[key]));
}

const isMember = shape<Member>({ connection: isText, author: isText, name: isText });
const isMembers = listOf(isMember);
const isMessages = listOf(
  shape<ChatMessage>({
    seq: isCount,
    name: isText,
    message: isText,
    timestamp: isCount,
    author: isText,
    client: isText,
    counter: isCount,
  }),
);

/** Parts of a frame that stand under the name of their kind. */
const PARTS = {
  welcome: shape<Welcome>({
    protocol: isCount,
    epoch: isText,
    head: isCount,
    counter: isCount,
    connection: isText,
    author: isText,
    members: isCount,
    resumed: isFlag,
    roster: optional(isMembers),
    gap: optional(shape<Gap>({ first: isCount, last: isCount })),
    limits: optional(shape<Limits>({ message: isLength, typing: isCount })),
  }),
  stored: isCount,
  refused: shape<Refusal>({
    // A newer room may have codes that are not known here.
    code: isText as Is<ErrorCode>,
    counter: optional(isCount),
    retryAfter: optional(isCount),
    expected: optional(isCount),
  }),
  presence: shape<Presence>({
    count: isCount,
    roster: optional(isMembers),
    joined: optional(isMembers),
    left: optional(listOf(isText)),
  }),
  typing: isMember,
};

const isPage = shape<Pick<HistoryPage, "before" | "events"> & Fields>({
  before: isCount,
  events: isMessages,
});

interface Batch extends Fields {
  readonly first: number;
  readonly last: number;
  readonly events: readonly ChatMessage[];
}

const isBatch = shape<Batch>({ first: isCount, last: isCount, events: isMessages });

/** Messages of a frame stand seq by seq and fit its head (P2): otherwise the frame is corrupt. */
const isWhole = ({ first, last, events }: Batch): boolean =>
  events.at(-1)?.seq === last && events.every(({ seq }, i) => seq === first + i);

/** A frame of a room that speaks the delivery protocol, or null where it is none. Never throws. */
export function decodeServerFrame(text: unknown): ServerFrame | null {
  const fields = typeof text === "string" ? parseFields(text) : null;
  if (fields === null) return null;
  if (isBatch(fields) && isWhole(fields)) {
    const { first, last, events, presence } = fields;
    return { kind: "events", first, last, events, presence: PARTS.presence(presence) ? presence : null };
  }
  for (const [kind, is] of Object.entries<Is<unknown>>(PARTS))
    if (is(fields[kind])) return { kind, [kind]: fields[kind] } as unknown as ServerFrame;
  const { history, error, code } = fields;
  if (isPage(history)) return { kind: "history", history: { ...history, more: history.more === true } };
  if (isText(error)) return { kind: "error", error, code: isText(code) ? (code as ErrorCode) : "bad-frame" };
  return null;
}
