import { expect, test } from "vitest";
import { partsOf } from "../../../load/runner/profile.ts";

const stack = (...functions: readonly string[]): string =>
  functions.map((name, i) => `\t        ${(4_096 + i).toString(16)} ${name}`).join("\n");

test("a stack counts for the part of its innermost function that has one", () => {
  const stacks = [
    stack("memcpy", "tcp_sendmsg", "workerd::api::WebSocket::send", "0x1234"),
    stack("sqlite3VdbeExec", "workerd::SqliteDatabase::run", "0x1234"),
    stack("v8::internal::Heap::CollectGarbage", "0x1234"),
    stack("0x1234", "v8::Function::Call", "workerd::api::HibernatableWebSocketCustomEvent::run"),
    stack("kj::EventLoop::turn"),
    stack("v8::internal::compiler::Reduce"),
    stack("v8::internal::compiler::Reduce"),
    stack("workerd::api::WebSocket::pump"),
    stack("epoll_wait"),
    stack("sqlite3_step"),
  ].join("\n\n");
  const shares = Object.fromEntries(partsOf(stacks).map(({ name, share }) => [name, share]));
  expect(shares).toEqual({
    "SQLite: statements and commit": 0.2,
    "V8: compiling": 0.2,
    "kernel: writing to sockets": 0.1,
    "kernel: reading from sockets, waiting": 0.1,
    "runtime: a frame's way to its socket": 0.1,
    "V8: collecting garbage": 0.1,
    "V8: the room's code, JSON, text": 0.1,
    "runtime: events, promises, timers": 0.1,
  });
  expect(partsOf(stacks)[0]?.share).toBe(0.2);
  expect(partsOf("\n\n")).toEqual([]);
});
