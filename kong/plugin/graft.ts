/** The Kong plugin `graft`, as Kong's JavaScript plugin server loads it. It is asked for its schema as well, so that loading starts nothing. */
import { KNOWN } from "../../plugins/config";
import { version } from "../../plugins/package-root";
import { access, type Opened } from "../access";
import type { Kong } from "../pdk";
import { priorityOf } from "../plugin-info";
import { processHost } from "../process-host";
import { graftFields } from "../schema";

/** One for each of Kong's workers and each configuration. No `log` method: Kong would call it after every request. */
export class Plugin {
  readonly #opened: Promise<() => Opened>;

  /** Never throws: Kong would try again with every request. @param config as Kong checked it */
  constructor(config: unknown) {
    this.#opened = processHost().then((host) => {
      const route = host.routes.open(config);
      return () => ({ host, route: route() });
    });
    // Told to each request.
    this.#opened.catch(() => {});
  }

  access(kong: Kong): Promise<void> {
    return access(kong, async () => (await this.#opened)());
  }
}

export const Name = "graft";
export const Version = version();
export const Priority = priorityOf(Name);
export const Schema = graftFields(KNOWN);
