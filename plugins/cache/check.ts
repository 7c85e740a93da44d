/** What the schema of `cache` cannot say. */
import type { Fault, PolicyShape } from "../define-plugin";
import type { CacheConfig } from "./config";

const SHORTEST_SECRET = 16;

export function checkCache(config: CacheConfig, policy: PolicyShape): Fault[] {
  return [...ofAnswers(config, policy), ...ofSemantic(config, policy)];
}

function* ofAnswers({ secret, namespace, replay }: CacheConfig, { host }: PolicyShape): Generator<Fault> {
  if (secret !== undefined && secret.length < SHORTEST_SECRET)
    yield { path: ["secret"], message: `must have at least ${SHORTEST_SECRET} characters` };
  if (namespace !== undefined && /\p{Cc}/u.test(namespace)) yield { path: ["namespace"], message: "holds a control character" };
  if (replay.pace === "paced" && host?.liveFollowers === false)
    yield {
      path: ["replay", "pace"],
      message: "this host sends answers of its own at once; write `immediate`, or serve the policy by a relay",
    };
}

function* ofSemantic({ semantic }: CacheConfig, { providers, embedders, sharedStore }: PolicyShape): Generator<Fault> {
  if (semantic === undefined) return;
  const known = providers.length === 0 ? "(none)" : providers.join(", ");
  for (const part of ["embeddings", "judge"] as const) {
    const provider = semantic[part]?.provider;
    if (provider === undefined) continue;
    const path = ["semantic", part, "provider"];
    if (!providers.includes(provider))
      yield { path, message: `there is no provider ${JSON.stringify(provider)}; known: ${known}` };
    else if (part === "embeddings" && !embedders.includes(provider))
      yield {
        path,
        message: `${provider} is of a kind that makes no embeddings; those that do: ${embedders.join(", ") || "(none)"}`,
      };
  }
  if ((semantic.index === "pgvector") !== (semantic.postgres_url !== undefined)) {
    const message = semantic.index === "pgvector" ? "is needed by `index: pgvector`" : "has no effect without `index: pgvector`";
    yield { path: ["semantic", "postgres_url"], message };
  }
  if (semantic.index === "redis" && !sharedStore)
    yield { path: ["semantic", "index"], message: "needs `store: { kind: redis }`" };
}
