// One server a state folder: two of them would write over each other. What is held is a file in the folder itself, by whatever path or
// in whatever environment somebody comes to it. SQLite locks it: the operating system lets go with the process, however that dies.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Failure } from "./command.ts";

export interface StateLock {
  release(): void;
}

/** Stays when nobody holds it, and is empty: to remove it would be to lock one file and leave another. */
const FILE = "server.lock";
const SQLITE_BUSY = 5;
/** The garbage collector would close a file that nobody refers to. */
const HELD = new Set<DatabaseSync>();

/** Holds a state folder, given as an absolute path; makes it where there is none. Throws a Failure where another server has it. */
export async function lockState(state: string): Promise<StateLock> {
  await mkdir(state, { recursive: true });
  let file: DatabaseSync | null = null;
  try {
    file = new DatabaseSync(join(state, FILE));
    file.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    file?.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      throw new Failure(`Another server runs on ${state}; stop it, or choose another folder with --state.`);
    }
    throw new Failure(`${join(state, FILE)} cannot be locked: ${String(error)}`);
  }
  const held = file;
  HELD.add(held);
  return {
    release: () => {
      if (HELD.delete(held)) held.close();
    },
  };
}
