// A room in memory for the tests of apps: it speaks the delivery protocol to clients that are given its WebSocket class.
// It keeps what it is told while it lives. It limits nobody, and counts connections, not addresses.
import {
  type DecodeError,
  decodeClientFrame,
  decodeHello,
  encodeError,
  encodeEvents,
  encodeHistory,
  encodePresence,
  encodeRefused,
  encodeStored,
  encodeTyping,
  encodeWelcome,
  wellFormed,
} from "../../protocol/codec.ts";
import { BACKLOG, DELIVERY_PROTOCOL, MAX_PAGE, PING, PONG } from "../../protocol/limits.ts";
import {
  type ChatMessage,
  type ClientFrame,
  CLOSE,
  type DeliveryHello,
  type ErrorCode,
  type Limits,
  type Member,
  type Presence,
} from "../../protocol/messages.ts";
import { FakeSocket, type RoomSide } from "./fake-socket.ts";

export interface FakeRoomOptions {
  readonly limits?: Limits;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

interface Guest extends Member {
  readonly client: string;
}

export class FakeRoom {
  /** For a client's option of this name. Any address leads here. */
  readonly WebSocket: new (url: string) => FakeSocket;
  /** While it is true, no socket opens. */
  isDown = false;
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #sockets = new Map<FakeSocket, Guest | null>();
  readonly #counters = new Map<string, number>();
  readonly #refusals: { readonly code: ErrorCode; readonly retryAfter: number | undefined }[] = [];
  #messages: readonly ChatMessage[] = [];
  #epoch = 1;
  #floor = 0;
  #connections = 0;

  constructor({ limits = { message: 2_000, typing: 20 }, now = () => Date.now() }: FakeRoomOptions = {}) {
    this.#limits = limits;
    this.#now = now;
    const room: RoomSide = {
      onConnect: (socket) => this.#connect(socket),
      onFrame: (socket, text) => this.#hear(socket, text),
      onLeave: (socket, code) => this.#close(socket, code),
    };
    this.WebSocket = class extends FakeSocket {
      constructor(_url: string) {
        super(room);
      }
    };
  }

  /** What the room keeps, in order. */
  get messages(): readonly ChatMessage[] {
    return this.#messages;
  }

  /** Who is here, one for each connection. */
  get members(): readonly Member[] {
    return this.#guests().map(([, { connection, author, name }]) => ({ connection, author, name }));
  }

  /** Somebody without a client says something: to all, and into the log. Returns it at its place. */
  say(message: string, name = "somebody"): ChatMessage {
    return this.#store({ name, message, author: "", client: "", counter: 0 });
  }

  /** Refuses the next message that comes; with `retryAfter` milliseconds for a while, without it for good. */
  refuseNext(code: ErrorCode, retryAfter?: number): void {
    this.#refusals.push({ code, retryAfter });
  }

  /** Every connection is lost, as when the network goes. Clients come back by themselves. */
  drop(code = 1006): void {
    for (const socket of this.#sockets.keys()) this.#close(socket, code);
  }

  /** Forgets what is not above this seq: whoever missed it is told of a gap. */
  forget(seq: number): void {
    this.#floor = Math.max(this.#floor, seq);
    this.#messages = this.#messages.filter((message) => message.seq > seq);
  }

  /** Erases the log, and begins a new epoch. */
  erase(): void {
    this.#epoch += 1;
    this.#floor = 0;
    this.#messages = [];
    this.#counters.clear();
    this.drop(CLOSE.erased);
  }

  get #head(): number {
    return this.#messages.at(-1)?.seq ?? this.#floor;
  }

  #guests(): (readonly [FakeSocket, Guest])[] {
    return [...this.#sockets].flatMap(([socket, guest]) =>
      guest === null ? [] : [[socket, guest] as const],
    );
  }

  #tell(text: string, except?: FakeSocket): void {
    for (const [socket] of this.#guests()) if (socket !== except) socket.happen("message", { data: text });
  }

  #answer(socket: FakeSocket, text: string): void {
    socket.happen("message", { data: text });
  }

  #connect(socket: FakeSocket): void {
    if (this.isDown || socket.readyState !== 0) return socket.happen("close", { code: 1006 });
    this.#sockets.set(socket, null);
    socket.happen("open");
  }

  #close(socket: FakeSocket, code: number): void {
    const guest = this.#sockets.get(socket);
    this.#sockets.delete(socket);
    socket.happen("close", { code });
    if (guest) this.#presence({ left: [guest.connection], joined: [] });
  }

  #hear(socket: FakeSocket, text: unknown): void {
    const guest = this.#sockets.get(socket);
    if (guest === undefined) return;
    if (text === PING) return this.#answer(socket, PONG);
    if (guest === null) return this.#greet(socket, text);
    const frame = decodeClientFrame(text, true, this.#limits.message);
    if (frame.ok) return this.#act(socket, guest, frame.value);
    const { code, counter } = frame.error;
    if (counter === undefined) this.#refuse(socket, frame.error);
    else this.#answer(socket, encodeRefused({ counter, code }));
  }

  #refuse(socket: FakeSocket, { error, code }: Pick<DecodeError, "error" | "code">): void {
    this.#answer(socket, encodeError(error, code));
    if (code === "name-too-long" || code === "frame-too-large") this.#close(socket, CLOSE.tooLarge);
  }

  #greet(socket: FakeSocket, text: unknown): void {
    const hello = decodeHello(text);
    if (!hello.ok) return this.#refuse(socket, hello.error);
    if (hello.value.delivery === null) {
      const error = "A fake room speaks the delivery protocol only.";
      return this.#refuse(socket, { error, code: "bad-frame" });
    }
    const { name, delivery } = hello.value;
    const author = fakeAuthor(delivery.key);
    this.#connections += 1;
    const guest = { connection: `${this.#connections}`, author, name, client: delivery.client };
    for (const [other, { author, client }] of this.#guests())
      if (author === guest.author && client === guest.client) this.#close(other, CLOSE.superseded);
    this.#sockets.set(socket, guest);
    this.#welcome(socket, guest, delivery);
    this.#presence({ joined: [memberOf(guest)], left: [] });
  }

  #welcome(socket: FakeSocket, guest: Guest, { since }: DeliveryHello): void {
    const epoch = `epoch-${this.#epoch}`;
    const head = this.#head;
    const resumed = since !== null && since.epoch === epoch && since.seq <= head;
    const after = resumed ? Math.max(since.seq, this.#floor) : Math.max(this.#floor, head - BACKLOG);
    const { members } = this;
    this.#answer(
      socket,
      encodeWelcome({
        protocol: DELIVERY_PROTOCOL,
        epoch,
        head,
        counter: this.#counters.get(senderOf(guest)) ?? 0,
        connection: guest.connection,
        author: guest.author,
        members: members.length,
        roster: members,
        resumed,
        ...(resumed && after > since.seq && { gap: { first: since.seq + 1, last: after } }),
        limits: this.#limits,
      }),
    );
    const owed = this.#messages.filter(({ seq }) => seq > after);
    for (let i = 0; i < owed.length; i += MAX_PAGE)
      this.#answer(socket, encodeEvents(owed.slice(i, i + MAX_PAGE)));
  }

  #act(socket: FakeSocket, guest: Guest, frame: ClientFrame): void {
    if (frame.kind === "typing") {
      if (this.members.length <= this.#limits.typing) this.#tell(encodeTyping(memberOf(guest)), socket);
    } else if (frame.kind === "history") {
      const older = this.#messages.filter(({ seq }) => seq < frame.before);
      const events = older.slice(-frame.limit);
      const more = events.length < older.length;
      this.#answer(socket, encodeHistory({ before: frame.before, events, more }));
    } else this.#take(socket, guest, frame);
  }

  #take(socket: FakeSocket, guest: Guest, { message, counter }: ClientFrame & { kind: "message" }): void {
    const sender = senderOf(guest);
    const expected = (this.#counters.get(sender) ?? 0) + 1;
    if (counter < expected) return this.#answer(socket, encodeStored(counter));
    if (counter > expected)
      return this.#answer(socket, encodeRefused({ counter, code: "out-of-order", expected }));
    const refusal = this.#refusals.shift();
    if (refusal !== undefined) {
      const { code, retryAfter } = refusal;
      const wait = retryAfter === undefined ? {} : { retryAfter };
      return this.#answer(socket, encodeRefused({ counter, code, ...wait }));
    }
    this.#counters.set(sender, counter);
    const { name, author, client } = guest;
    this.#store({ name, message, author, client, counter });
  }

  #store(said: Omit<ChatMessage, "seq" | "timestamp">): ChatMessage {
    const timestamp = Math.max(this.#now(), (this.#messages.at(-1)?.timestamp ?? 0) + 1);
    const message = { seq: this.#head + 1, ...said, message: wellFormed(said.message), timestamp };
    this.#messages = [...this.#messages, message];
    this.#tell(encodeEvents([message]));
    return message;
  }

  #presence(change: Pick<Presence, "joined" | "left">): void {
    this.#tell(encodePresence({ count: this.members.length, ...change }));
  }
}

const memberOf = ({ connection, author, name }: Member): Member => ({ connection, author, name });

const senderOf = ({ author, client }: Guest): string => `${author} ${client}`;

/** The same for the same key, as the room's hash is; it hides nothing. */
function fakeAuthor(key: string): string {
  let hash = 0;
  for (const unit of key) hash = (Math.imul(hash, 31) + (unit.codePointAt(0) ?? 0)) >>> 0;
  return `fake-${hash.toString(36)}`.padEnd(22, "-");
}
