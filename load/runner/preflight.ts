// One handshake before a run, so that who cannot be reached is told in a sentence, and not by a hundred joins that fail.
import { randomBytes } from "node:crypto";
import { request as plain } from "node:http";
import { request as secure } from "node:https";
import { headersOf, urlOf } from "../lib/addresses.ts";
import { failureOfError } from "../lib/failures.ts";
import type { Parameters } from "../lib/parameters.ts";
import { Failure } from "../../tools/command.ts";

const DEADLINE_MS = 10_000;

const STATUS_WORDS: Readonly<Record<number, string>> = {
  401: "it does not take the token: make a new one with npm run -s load:token",
  403: "it does not take the token, or refuses this origin: make a new one with npm run -s load:token",
  404: "there is no such path: is it an Edge Chat?",
  429: "its limit is reached: come back later, or with a token of npm run -s load:token",
};

const ERROR_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there: is the port right?",
  ENOTFOUND: "there is no such host: is the name right?",
  EAI_AGAIN: "the name cannot be looked up: is there a network?",
  "no answer": "the handshake is not answered",
};

/** Shakes hands once as the first member would. Throws a Failure that says why it could not. */
export async function preflight(parameters: Parameters, run: string): Promise<void> {
  const why = await handshake(urlOf(parameters, run, 0), headersOf(parameters, run, 0));
  if (why !== null) throw new Failure(`${parameters.target} takes nobody in: ${why}.`);
}

/** Why it failed; null where the other side agreed to speak WebSocket. */
function handshake(url: string, headers: Readonly<Record<string, string>>): Promise<string | null> {
  const isSecure = url.startsWith("wss:");
  const asked = (isSecure ? secure : plain)(url.replace(/^ws/, "http"), {
    timeout: DEADLINE_MS,
    headers: {
      ...headers,
      Upgrade: "websocket",
      Connection: "Upgrade",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
    },
  });
  return new Promise((resolve) => {
    const settle = (why: string | null): void => {
      asked.destroy();
      resolve(why);
    };
    asked.once("upgrade", (_response, socket) => {
      socket.destroy();
      settle(null);
    });
    asked.once("response", ({ statusCode = 0 }) => {
      const words = STATUS_WORDS[statusCode];
      settle(`HTTP status ${statusCode}${words === undefined ? "" : `, ${words}`}`);
    });
    asked.once("timeout", () => settle(ERROR_WORDS["no answer"] ?? null));
    asked.once("error", (error: NodeJS.ErrnoException) => {
      const name = failureOfError(`${error.code ?? ""} ${error.message}`);
      settle(ERROR_WORDS[name] === undefined ? error.message : `${name}, ${ERROR_WORDS[name]}`);
    });
    asked.end();
  });
}
