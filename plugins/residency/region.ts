/** Regions are words of the operator's. One lies within another when it goes on with a `-` behind it: `eu-west-1` in `eu`, `europe` not. */

export function within(region: string, wider: string): boolean {
  return region === wider || region.startsWith(`${wider}-`);
}

/** What is somewhere in `eu`, nobody said where, may be in `eu-west-1`. */
export function mayBeIn(region: string | undefined, place: string): boolean {
  return region === undefined || within(region, place) || within(place, region);
}
