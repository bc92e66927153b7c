// For `node --import`: see parent.ts.
import { endWithParent } from "./parent.ts";

endWithParent();
