// A process that attacks as it is told in one message, and answers what that cost. It gives way to everybody else on its core: the
// honest people's clock must not be the attacker's.
import { constants, setPriority } from "node:os";
import { endWithParent } from "../../tools/parent.ts";
import { attack, type Orders } from "./attacks.ts";

endWithParent();
setPriority(constants.priority.PRIORITY_LOW);

process.once("message", (orders: Orders) => {
  void attack(orders).then((spent) => process.send?.(spent, () => process.disconnect()));
});
