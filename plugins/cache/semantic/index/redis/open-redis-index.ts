import type { Clock } from "../../../../core/clock";
import type { VectorIndex } from "../vector-index";
import { listOf, type RedisCommands } from "./redis-commands";
import { RedisSearchIndex } from "./search-index";
import { RedisVectorSetIndex } from "./vector-set-index";

/**
 * The index this Redis has: the query engine before vector sets, because there every vector expires by itself.
 * @returns undefined: it has neither. @throws GraftError `unavailable` when it cannot be asked
 */
export async function openRedisIndex(
  redis: RedisCommands,
  namespace: string,
  clock: Pick<Clock, "now">,
): Promise<VectorIndex | undefined> {
  // An entry for each command; of those it does not know it is empty.
  const [search, sets] = listOf(await redis.call("COMMAND", "INFO", "FT.SEARCH", "VSIM"));
  if (listOf(search).length > 0) return new RedisSearchIndex(redis, namespace);
  if (listOf(sets).length > 0) return new RedisVectorSetIndex(redis, namespace, clock);
  return undefined;
}
