/** What the plugin does with a request: asks Kong who calls, and sends it to the relay with a permission to pass. */
import { GraftError } from "../plugins/core/errors";
import { Gateway } from "../plugins/gateway";
import type { Runtime } from "../plugins/runtime";
import { TOKEN_HEADER } from "./admit";
import { credentialName, type Identity } from "./caller";
import type { KongHost } from "./host";
import type { Kong } from "./pdk";
import type { Route } from "./routes";

/** Kong lets a request pass whose plugin throws: so this never does, and what goes wrong ends the request. */
export async function access(kong: AccessKong, open: () => Promise<Opened>): Promise<void> {
  let opened: Opened | undefined;
  try {
    opened = await open();
    const { host, route } = opened;
    if (route === undefined) return await refuse(kong, misconfigured());
    const identity = await identityOf(kong, route.groupsFromAcl);
    await kong.service.setTarget(host.relay.host, host.relay.port);
    await kong.service.request.setHeader(TOKEN_HEADER, host.tickets.issue({ ...route, identity }));
  } catch (thrown) {
    complain(opened?.host, thrown);
    await refuse(kong, new GraftError("unavailable", "The gateway cannot take this request.", { shouldRetry: true }));
  }
}

/** What this phase asks of Kong. */
export type AccessKong = Pick<Kong, "client" | "service" | "response">;

export interface Opened {
  readonly host: Pick<KongHost, "relay" | "tickets"> & { readonly runtime: Pick<Runtime, "logger"> };
  /** Absent = the plugin's configuration cannot work. */
  readonly route: Route | undefined;
}

async function identityOf(kong: AccessKong, groupsFromAcl: boolean): Promise<Identity> {
  const consumer = (await kong.client.getConsumer()) ?? undefined;
  const credential = consumer === undefined ? await kong.client.getCredential() : undefined;
  return { consumer, credential: credential ? credentialName(credential) : undefined, groupsFromAcl };
}

function misconfigured(): GraftError {
  return new GraftError("internal", "This route's AI gateway configuration cannot work; the gateway's log says why.");
}

async function refuse(kong: AccessKong, error: GraftError): Promise<void> {
  const { headers, body } = Gateway.fallbackDialect.encodeError(error);
  try {
    await kong.response.exit(error.status, body, headers);
  } catch {
    // Only when Kong is gone, and the request with it.
  }
}

function complain(host: Opened["host"] | undefined, thrown: unknown): void {
  const cause = thrown instanceof Error ? thrown.stack : String(thrown);
  if (host !== undefined) host.runtime.logger.error({ cause }, "a request could not be taken");
  // No host: it could not start, and there is no log but this.
  else console.error(`graft: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
}
