// A process that attacks as it is told in one message, and answers what that cost. It gives way to everybody else on its core: the
// honest people's clock must not be the attacker's.
import { execFileSync } from "node:child_process";
import { constants, setPriority } from "node:os";
import { endWithParent } from "../../tools/parent.ts";
import { attack, type Orders } from "./attacks.ts";

endWithParent();
giveWay();

process.send?.("ready");
process.once("message", (orders: Orders) => {
  void attack(orders).then((spent) => process.send?.(spent, () => process.disconnect()));
});

/** Has the core only while nobody else wants it. The lowest priority is less: what wakes up then still waits for its slice to end. */
function giveWay(): void {
  try {
    execFileSync("chrt", ["--idle", "--all-tasks", "--pid", "0", `${process.pid}`], { stdio: "ignore" });
  } catch {
    setPriority(constants.priority.PRIORITY_LOW);
  }
}
