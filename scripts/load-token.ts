// `npm run load:token`: makes the token with which a load test reaches a deployed Worker. The only place that makes one.
import { randomBytes } from "node:crypto";
import { signLoad } from "../src/http/load-signature.ts";
import {
  isLoadPrefix,
  MAX_LOAD_HOURS,
  MAX_LOAD_USERS,
  MIN_LOAD_SECRET_LENGTH,
  payloadOf,
} from "../src/http/load-token.ts";
import { command, Failure } from "../tools/command.ts";
import { wholeOf } from "../tools/numbers.ts";

const HELP = `
npm run -s load:token: prints a token for load tests of a deployed Worker; the load scripts read it from CHAT_TOKEN.

  npm run -s load:token -- --users 100       virtual users, numbered from 0; each has the rate limit of one address (default 100)
  npm run -s load:token -- --hours 2         how long connections may be opened with it, 1 to ${MAX_LOAD_HOURS} (default 1)
  npm run -s load:token -- --prefix load-    what its rooms' names begin with (default load-)

It is signed with LOAD_TOKEN_SECRET of the environment, which has to be the Worker's too:
  export LOAD_TOKEN_SECRET="$(openssl rand -hex 32)"
  printf %s "$LOAD_TOKEN_SECRET" | npx wrangler secret put LOAD_TOKEN_SECRET
  npx wrangler secret delete LOAD_TOKEN_SECRET    # ends all tokens at once

Exit codes: 0 done, 2 wrong options, or no secret of ${MIN_LOAD_SECRET_LENGTH} characters or more.
`;

command(
  HELP,
  {
    users: { type: "string", default: "100" },
    hours: { type: "string", default: "1" },
    prefix: { type: "string", default: "load-" },
  },
  async (given) => {
    const secret = process.env.LOAD_TOKEN_SECRET ?? "";
    if (secret.length < MIN_LOAD_SECRET_LENGTH) {
      const wants = `${MIN_LOAD_SECRET_LENGTH} characters or more`;
      throw new Failure(`Set LOAD_TOKEN_SECRET to the Worker's secret, of ${wants}; --help says how.`, 2);
    }
    const users = wholeOf("--users", given.users, 1, MAX_LOAD_USERS);
    const hours = wholeOf("--hours", given.hours, 1, MAX_LOAD_HOURS);
    const prefix = String(given.prefix);
    if (!isLoadPrefix(prefix)) {
      throw new Failure("--prefix takes words of a to z and digits, each followed by -, such as load-.", 2);
    }
    const expires = Math.floor(Date.now() / 1_000) + hours * 3_600;
    const payload = payloadOf({ expires, users, id: randomBytes(8).toString("hex"), prefix });
    // Only the token goes to standard output: it can be assigned to a variable.
    const until = new Date(expires * 1_000).toISOString();
    console.error(`For users 0 to ${users - 1} in rooms ${prefix}..., until ${until}:`);
    console.log(`${payload}.${await signLoad(secret, payload)}`);
  },
);
