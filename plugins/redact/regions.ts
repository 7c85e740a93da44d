/** Places of a text, and what becomes of those that several detectors found. */

/** UTF-16 units, [start, end). */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly entity: string;
}

/**
 * In order, not overlapping. Of findings that overlap, the longest gives its name (the first one of two as long), and all that any of
 * them covers belongs to it: nothing that was found is left standing.
 */
export function merge(found: readonly Region[]): readonly Region[] {
  if (found.length < 2) return found;
  const sorted = [...found].sort((a, b) => a.start - b.start || b.end - a.end);
  const merged: Region[] = [];
  let last: { start: number; end: number; entity: string } | undefined;
  let longest = 0;
  for (const { start, end, entity } of sorted) {
    if (last === undefined || start >= last.end) {
      last = { start, end, entity };
      longest = end - start;
      merged.push(last);
      continue;
    }
    if (end - start > longest) {
      last.entity = entity;
      longest = end - start;
    }
    last.end = Math.max(last.end, end);
  }
  return merged;
}

/** Those of `regions` that touch none of `others`; both in order. */
export function outside(regions: readonly Region[], others: readonly Pick<Region, "start" | "end">[]): readonly Region[] {
  if (regions.length === 0 || others.length === 0) return regions;
  let at = 0;
  return regions.filter(({ start, end }) => {
    let other = others[at];
    while (other !== undefined && other.end <= start) {
      at += 1;
      other = others[at];
    }
    return other === undefined || other.start >= end;
  });
}
