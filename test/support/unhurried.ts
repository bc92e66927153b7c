// A room whose rate limit refuses nobody, and who comes into it: for tests of what every frame is answered with.
import { CONFIG, type Socket, World } from "./world.ts";

export const HELLO = { name: "ann", protocol: 1, key: "k".repeat(16), client: "tab" };

const POLICY = { periodMs: 1, burst: 1_000 };
export const UNHURRIED = { message: POLICY, join: POLICY };

/** Lets time fill the budget after each step, so that only the rule at hand refuses. */
export function unhurried(): World {
  return new World({ ...CONFIG, rates: UNHURRIED });
}

/** Somebody new, who said this and was answered. */
export function enter(world: World, hello: object = HELLO): Socket {
  const socket = world.connect("address");
  world.say(socket, hello);
  world.settle();
  return socket;
}

/** The seqs of all messages that a socket was given, in their order. */
export const eventsOf = ({ frames }: Socket): number[] =>
  frames.flatMap(({ events }) => events ?? []).map(({ seq }) => seq);
