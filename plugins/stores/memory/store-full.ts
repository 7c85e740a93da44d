import { GraftError } from "../../core/errors";

/** @param what for the log, not for the client: which bound was reached. */
export function storeFull(store: string, what: string): GraftError {
  return new GraftError("unavailable", "The gateway cannot track more requests at the moment.", {
    cause: new Error(`the memory store for ${store} is full: ${what}`),
  });
}
