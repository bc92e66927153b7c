// A disk that refuses: at the statement, or only at the commit, when the room has no say any more. In both cases the
// object starts again from what is stored, and clients send again what they do not know to be stored.
import { runInDurableObject } from "cloudflare:test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkDrawn } from "./drawn.ts";
import { roomOf } from "./client.ts";
import { holdClock, releaseClock, rewindClock } from "./held-room.ts";
import { Scene } from "./scene.ts";

const REFUSALS = {
  statement: "CREATE TRIGGER refuse BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  // A foreign key that is only checked at the commit.
  commit: `CREATE TABLE nobody (id INTEGER PRIMARY KEY);
    CREATE TABLE debts (id INTEGER REFERENCES nobody (id) DEFERRABLE INITIALLY DEFERRED);
    CREATE TRIGGER refuse AFTER INSERT ON messages BEGIN INSERT INTO debts VALUES (NEW.seq); END`,
} as const;

beforeAll(holdClock);
afterAll(releaseClock);

test.each(["statement", "commit"] as const)(
  "[D6] [D3] [D5] nobody sees what the disk refuses at the %s; sent again, it is stored once",
  async (moment) => {
    rewindClock();
    const scene = new Scene();
    const { room, delivery, classic, history } = scene;
    const sql = (text: string): Promise<unknown> =>
      runInDurableObject(roomOf(room.name), (_room, state) => void state.storage.sql.exec(text));
    await scene.rest();
    for (const client of scene.clients) client.say();
    await scene.rest();
    const { messages: before } = await room.log();
    expect(before).toHaveLength(5);
    await sql(REFUSALS[moment]);
    const seen = history.length;
    for (const client of delivery) client.say();
    classic[0]?.say();
    await room.allClosed();
    const types = history.slice(seen).map(({ type }) => type);
    expect(types).not.toContain("received");
    expect(types).not.toContain("acknowledged");
    expect((await room.log()).messages).toEqual(before);
    await sql("DROP TRIGGER refuse");
    await scene.end();
    const { anomalies, counts, picture } = await checkDrawn(history, `a disk that refuses the ${moment}`);
    expect(anomalies, picture).toEqual([]);
    // The three of the delivery protocol came in after all; a classic client cannot know, and does not send again.
    expect(counts).toMatchObject({ sent: 9, acknowledged: 8, stored: 8, resumed: 3 });
  },
);
