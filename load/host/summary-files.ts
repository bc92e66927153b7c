// [K35] What handleSummary returned goes where it says: to standard output, standard error and files.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** `value` is the JSON of an object of texts; undefined where nothing was returned. */
export async function writeSummary(value: string | undefined): Promise<void> {
  for (const [name, text] of Object.entries(value === undefined ? {} : (JSON.parse(value) as object))) {
    if (name === "stdout") process.stdout.write(String(text));
    else if (name === "stderr") process.stderr.write(String(text));
    else {
      await mkdir(dirname(name), { recursive: true });
      await writeFile(name, String(text));
    }
  }
}
