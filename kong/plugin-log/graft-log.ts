/** The Kong plugin `graft-log`: a name of its own, as a `log` method costs every request of the plugin that has it. */
import { version } from "../../plugins/package-root";
import { log } from "../log";
import type { Kong } from "../pdk";
import { priorityOf } from "../plugin-info";
import { processHost } from "../process-host";

export class Plugin {
  constructor() {
    processHost().then(
      ({ joins }) => joins.want(),
      () => {},
    );
  }

  /** Rejects into Kong's log: there is no client any more. */
  async log(kong: Kong): Promise<void> {
    await log(kong, await processHost());
  }
}

export const Name = "graft-log";
export const Version = version();
export const Priority = priorityOf(Name);
export const Schema: readonly unknown[] = [];
