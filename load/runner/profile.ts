// Where a server's processor time goes, from the call stacks that `perf script -F ip,sym` prints. Pure.

/** Parts of the work on a message, by the functions that do it. */
const PARTS: readonly (readonly [name: string, functions: RegExp])[] = [
  ["SQLite: statements and commit", /sqlite/i],
  ["kernel: writing to sockets", /__sys_send|tcp_sendmsg|sock_write|ksys_write|do_writev/],
  ["kernel: reading from sockets, waiting", /__sys_recv|tcp_recvmsg|sock_read|ksys_read|epoll/],
  ["runtime: a frame's way to its socket", /WebSocket|OutputGate/],
  ["V8: compiling", /internal::compiler|Turboshaft|Maglev|Sparkplug/],
  ["V8: collecting garbage", /internal::(Heap|Scaveng|Mark|MinorMark|Sweep)/],
  ["V8: the room's code, JSON, text", /^0x|v8::|Builtins_/],
];

const REST = "runtime: events, promises, timers";

export interface Part {
  readonly name: string;
  /** Of all samples, from 0 to 1. */
  readonly share: number;
}

/** The innermost function that has a part of its own says it: who called it does not matter. */
function partOf(functions: readonly string[]): string {
  for (const one of functions) {
    const part = PARTS.find(([, names]) => names.test(one));
    if (part !== undefined) return part[0];
  }
  return REST;
}

/** What each part took, the largest first. Text without samples gives none. */
export function partsOf(stacks: string): Part[] {
  const counts = new Map<string, number>();
  let all = 0;
  for (const stack of stacks.split(/\n\s*\n/)) {
    const functions = stack.split("\n").flatMap((line) => /^\s*[0-9a-f]+ (.+)$/.exec(line)?.[1] ?? []);
    if (functions.length === 0) continue;
    const part = partOf(functions);
    counts.set(part, (counts.get(part) ?? 0) + 1);
    all += 1;
  }
  return [...counts]
    .map(([name, count]) => ({ name, share: count / all }))
    .toSorted((one, other) => other.share - one.share);
}
