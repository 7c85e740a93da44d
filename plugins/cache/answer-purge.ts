/** `POST /cache/purge` on the admin port; `?namespace=` may be repeated, else all of the configuration. */
import type { Stores } from "../stores/stores";
import { namespacesOf, purge } from "./purge";

interface Answer {
  readonly status: number;
  readonly body: string;
}

export async function answerPurge(
  params: URLSearchParams,
  config: { readonly policies: Parameters<typeof namespacesOf>[0] },
  { stores }: { readonly stores: Pick<Stores, "kv"> },
): Promise<Answer> {
  const named = params.getAll("namespace").filter((name) => name !== "");
  const namespaces = named.length > 0 ? named : namespacesOf(config.policies);
  try {
    await purge(namespaces, stores.kv);
    return { status: 200, body: JSON.stringify({ purged: namespaces }) };
  } catch (thrown) {
    return { status: 503, body: JSON.stringify({ error: thrown instanceof Error ? thrown.message : String(thrown) }) };
  }
}
