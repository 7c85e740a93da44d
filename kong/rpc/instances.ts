import type Server from "kong-pdk/server";

interface Start {
  readonly Name: string;
  readonly Config: string;
}

/**
 * Kong's workers never close their instances when they exit, so that each reload would leave some behind in a process
 * that outlives it. At the limit the one unused for longest goes: Kong starts it again should it be wanted after all.
 */
export async function startInstance(server: Server, start: Start, maxInstances: number): Promise<unknown> {
  if (server.instances.size >= maxInstances) forgetLeastUsed(server);
  try {
    return await server.StartInstance(start);
  } catch (error) {
    // The runtime's message quotes the text around the fault, and there may be a credential in it.
    if (error instanceof SyntaxError) throw new Error(`the configuration of plugin ${start.Name} is not valid JSON`);
    throw error;
  }
}

function forgetLeastUsed(server: Server): void {
  let oldest = Number.POSITIVE_INFINITY;
  let unused: number | undefined;
  for (const [id, instance] of server.instances) {
    const used = Math.max(instance.getLastUsedTime(), instance.getStartTime());
    if (used >= oldest) continue;
    oldest = used;
    unused = id;
  }
  if (unused !== undefined) server.instances.delete(unused);
}
