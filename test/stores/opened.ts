/** A store under test, with the time in the test's hand. One opens empty. */
export interface Opened<Store> {
  readonly store: Store;
  /** Lets this many milliseconds pass for the store. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type Open<Store> = () => Promise<Opened<Store>>;

/** Opens, runs, closes, also when the run fails. */
export async function using<Store>(open: Open<Store>, run: (opened: Opened<Store>) => Promise<void>): Promise<void> {
  const opened = await open();
  try {
    await run(opened);
  } finally {
    await opened.close();
  }
}
