/**
 * Runs all, a few at a time, and gives their results in order. The first failure fails all, and nothing new is begun.
 * @param signal no more is begun once it has fired
 */
export async function allOf<T, R>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      signal.throwIfAborted();
      const at = next;
      next += 1;
      try {
        results[at] = await run(items[at]!);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
