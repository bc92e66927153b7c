// Holds what a room does about one event to what the rules say of it: who is answered what, what everybody else is told, what is
// written, and whom it touches. Throws where the two differ.
import { parseFields } from "../../../src/protocol/fields.ts";
import type { ChatMessage, Member, Presence, Welcome } from "../../../src/protocol/messages.ts";
import type { RoomEffect } from "../../../src/room/effects.ts";
import { of, type RoomMachine } from "../room-machine.ts";
import type { Answer, Heard, Outcome, ReferenceRoom } from "./reference.ts";

type Frame = Readonly<Record<string, unknown>>;

/** Who did it, and in whose budget's name. Only these may be touched. */
export interface Actor {
  readonly identity: string;
  readonly connections: readonly string[];
}

/** Who was a member before, and of which protocol. */
export interface Listener {
  readonly connection: string;
  readonly isDelivery: boolean;
}

const ANSWERS = ["stored", "history", "welcome", "ready"];

function answerOf(frame: Frame): string | null {
  const { code, refused } = frame as { code?: string; refused?: { code: string } };
  return code ?? refused?.code ?? ANSWERS.find((field) => field in frame) ?? null;
}

export function same(what: string, actual: unknown, expected: unknown): void {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  if (a !== b) throw new Error(`${what}: ${a}, and by the rules it is ${b}.`);
}

export class Judge {
  /** What a delivery member knows of who is here, by its connection. */
  readonly rosters = new Map<string, Map<string, Member>>();
  private readonly machine: RoomMachine;
  private readonly reference: ReferenceRoom;
  private head = 0;

  constructor(machine: RoomMachine, reference: ReferenceRoom) {
    this.machine = machine;
    this.reference = reference;
  }

  /** Returns the answers that were given. `before` are the members before the event. */
  hold(
    effects: readonly RoomEffect[],
    outcome: Outcome,
    actor: Actor,
    before: readonly Listener[],
  ): readonly Pick<Answer, "to" | "code">[] {
    this.touches(effects, outcome, actor);
    const frames = framesOf(effects);
    this.answers(frames, outcome);
    const rows = this.written(effects, outcome.heard);
    for (const listener of before) {
      if (this.reference.people.has(listener.connection)) this.told(listener, frames, rows, outcome);
    }
    this.unjoined(frames);
    return [...frames].flatMap(([to, all]) =>
      all.flatMap((frame) => {
        const code = answerOf(frame);
        return code === null ? [] : [{ to, code }];
      }),
    );
  }

  /** All presence has been told: every roster is who is here (D8). */
  rests(): void {
    const here = this.reference.members.map(({ connection, joined }) => ({
      connection,
      author: joined?.sender?.author ?? "",
      name: joined?.name,
    }));
    for (const [connection, roster] of this.rosters) {
      if (this.reference.people.has(connection))
        same(`The roster of ${connection}`, sorted([...roster.values()]), sorted(here));
    }
  }

  /** No effect names a connection or an identity but those that it may. */
  private touches(effects: readonly RoomEffect[], { closes, asks }: Outcome, actor: Actor): void {
    same(
      "Closed",
      of("close", effects).map(({ connection, code }) => ({ connection, code })),
      closes,
    );
    same(
      "Asked for",
      of("take", effects).map(({ identity }) => identity),
      asks,
    );
    const identities = [
      ...of("budgets", effects).flatMap(({ rows }) => rows.map(({ identity }) => identity)),
      ...of("drop-budgets", effects).flatMap((effect) => effect.identities),
      ...of("give-back", effects).map(({ identity }) => identity),
    ];
    const connections = of("attach", effects).map(({ session }) => session.connection);
    const foreign = [
      ...identities.filter((identity) => identity !== actor.identity),
      ...connections.filter((connection) => !actor.connections.includes(connection)),
    ];
    same("Touched besides", foreign, []);
    const odd = effects.filter(({ type }) => type === "erase" || type === "forget" || type === "trim");
    same("Lost", odd, []);
  }

  private answers(frames: ReadonlyMap<string, readonly Frame[]>, outcome: Outcome): void {
    const actual = new Map(
      [...frames].map(([to, all]) => [to, all.flatMap((frame) => answerOf(frame) ?? [])]),
    );
    for (const to of new Set([...actual.keys(), ...outcome.answers.map((answer) => answer.to)])) {
      const expected = outcome.answers.filter((answer) => answer.to === to);
      const told = [...(actual.get(to) ?? [])];
      // What may be left out is either told in its place, or not at all.
      const fitting = expected.filter(({ code, isSure }) => {
        if (told[0] !== code) return isSure;
        told.shift();
        return true;
      });
      same(
        `Answers to ${to}`,
        actual.get(to) ?? [],
        fitting.map(({ code }) => code),
      );
    }
  }

  /** The log grew by what was admitted, and by nothing else; returns what it grew by. */
  private written(effects: readonly RoomEffect[], heard: readonly Heard[]): readonly ChatMessage[] {
    const rows = this.machine.log.after(this.head, Number.MAX_SAFE_INTEGER);
    const admitted = heard.flatMap((one) => ("message" in one ? [one] : []));
    same(
      "Written",
      rows.map(({ seq, name, message, author, client, counter }) => ({
        seq,
        name,
        message,
        author,
        client,
        counter,
      })),
      admitted.map((one, i) => ({ seq: this.head + 1 + i, ...one })),
    );
    same(
      "Appended",
      of("append", effects).flatMap(({ messages }) => messages),
      rows,
    );
    const [last] = this.machine.log.after(this.head - 1, 1);
    for (const [i, { timestamp }] of rows.entries()) {
      const previous = i === 0 ? (this.head === 0 ? undefined : last) : rows[i - 1];
      if (timestamp <= (previous?.timestamp ?? 0)) throw new Error("Two messages have one timestamp.");
    }
    this.head += rows.length;
    return rows;
  }

  /** A member is told what happened, each thing once and in its order, and no frame more. */
  private told(
    { connection, isDelivery }: Listener,
    frames: ReadonlyMap<string, readonly Frame[]>,
    rows: readonly ChatMessage[],
    { heard, typing }: Outcome,
  ): void {
    const told = (frames.get(connection) ?? []).filter((frame) => answerOf(frame) === null);
    if (!isDelivery) {
      const left = [...rows];
      const expected = heard.map((one) => {
        if (!("message" in one)) return one;
        const { name, message, timestamp } = left.shift() ?? { timestamp: 0, ...one };
        return { name, message, timestamp };
      });
      return same(`Told to ${connection}`, told, expected);
    }
    const events = told.flatMap((frame) => (frame.events as ChatMessage[] | undefined) ?? []);
    same(`Told to ${connection}`, events, rows);
    same(
      `Typing, told to ${connection}`,
      told.flatMap((frame) => (frame.typing === undefined ? [] : [(frame.typing as Member).connection])),
      typing.filter(({ to }) => to === connection).map((one) => one.connection),
    );
    for (const frame of told) {
      const {
        first,
        last,
        events: some = [],
        presence,
        typing: _typing,
        ...rest
      } = frame as {
        first?: number;
        last?: number;
        events?: ChatMessage[];
        presence?: Presence;
        typing?: Member;
      };
      same("Fields that nobody knows", rest, {});
      same("First and last", [first, last], [some[0]?.seq, some.at(-1)?.seq]);
      if (presence !== undefined) same("A whole roster in a small room", presence.roster, undefined);
    }
  }

  /** What a frame says of who is here: all, at the welcome, and from then on who comes and goes. */
  private learn(to: string, { welcome, presence }: { welcome?: Welcome; presence?: Presence }): void {
    const known = new Map(
      welcome?.roster?.map((member) => [member.connection, member]) ?? this.rosters.get(to),
    );
    for (const connection of presence?.left ?? []) known.delete(connection);
    for (const member of presence?.joined ?? []) known.set(member.connection, member);
    if (welcome !== undefined || presence !== undefined) this.rosters.set(to, known);
    if (presence !== undefined)
      same(`The count told to ${to}`, presence.count, this.reference.members.length);
  }

  /** Whoever has not joined hears that a frame was refused, and nothing of anybody (C8, P12). */
  private unjoined(frames: ReadonlyMap<string, readonly Frame[]>): void {
    const members = new Set(this.reference.members.map(({ connection }) => connection));
    for (const [to, all] of frames) {
      for (const frame of all) {
        this.learn(to, frame);
        const isMembers = !("error" in frame || "refused" in frame);
        if (isMembers && this.reference.people.has(to) && !members.has(to))
          throw new Error(`${to} has not joined, and was told ${JSON.stringify(frame)}.`);
      }
    }
  }
}

const sorted = (members: readonly { readonly connection: string }[]): unknown =>
  members.toSorted((a, b) => (a.connection < b.connection ? -1 : 1));

/** What each connection was sent, in its order. */
function framesOf(effects: readonly RoomEffect[]): ReadonlyMap<string, readonly Frame[]> {
  const frames = new Map<string, Frame[]>();
  const add = (to: string, text: string): void => {
    const frame = parseFields(text);
    if (frame === null) throw new Error(`${to} was sent what is no frame: ${text}`);
    frames.set(to, [...(frames.get(to) ?? []), frame]);
  };
  for (const effect of effects) {
    if (effect.type === "send") add(effect.to, effect.frame);
    if (effect.type !== "fan-out") continue;
    for (const { to, frames: all } of effect.shares)
      for (const one of to) for (const text of all) add(one, text);
  }
  return frames;
}
