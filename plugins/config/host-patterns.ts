/** Host patterns of routes: exact names, `*suffix`, `prefix*` and `*`; `*` stands for at least one character, case does not matter. */

/** Every host that `inner` matches is matched by `outer` as well. */
export function hostCovers(outer: string, inner: string): boolean {
  const [wide, narrow] = [outer.toLowerCase(), inner.toLowerCase()];
  if (wide === "*" || wide === narrow) return true;
  if (narrow.length < wide.length) return false;
  if (wide.startsWith("*")) return narrow.endsWith(wide.slice(1)) && !narrow.endsWith("*");
  if (wide.endsWith("*")) return narrow.startsWith(wide.slice(0, -1)) && !narrow.startsWith("*");
  return false;
}
