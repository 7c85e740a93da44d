/** Work that is to send nothing, whatever the plugins in it would ask. */
import { AsyncLocalStorage } from "node:async_hooks";

/** Told where a call would have gone; its error is what the caller gets. */
export type Refuse = (origin: string) => Error;

const refusing = new AsyncLocalStorage<Refuse>();

/** Runs work in which no web call is made, now or by what it leaves behind. */
export function offline<T>(refuse: Refuse, work: () => T): T {
  return refusing.run(refuse, work);
}

/** What to fail with instead of calling; `undefined` = call. */
export function offlineError(url: string): Error | undefined {
  return refusing.getStore()?.(new URL(url).origin);
}
