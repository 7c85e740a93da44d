/** The words a configuration may use: taken from the lists of providers, strategies and plugins, so that config knows none by name. */
import type { z } from "zod";
import type { PolicyShape } from "../define-plugin";
import type { Path } from "./issue";

export interface Vocabulary {
  readonly providers: readonly {
    readonly kind: string;
    /** Empty = this kind has no public address, `base_url` must be given. */
    readonly defaultBaseUrl: string;
    readonly credentialHeader: string;
    /** Absent = this kind turns no texts into vectors. */
    readonly embeddings?: unknown;
  }[];
  /** Names of balancing strategies; the first is the default. */
  readonly strategies: readonly string[];
  readonly plugins: readonly {
    readonly name: string;
    readonly config: z.ZodType;
    /** Paths below the plugin's own part. */
    check(
      config: unknown,
      policy: PolicyShape,
    ): readonly { readonly path: Path; readonly message: string; readonly severity?: "error" | "warning" }[];
  }[];
}
