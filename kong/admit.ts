/** Whom the relay answers: requests that the plugin has let pass, once each. */
import type { IncomingMessage } from "node:http";
import type { HeaderMap } from "../plugins/core/provider";
import { type Admission, readHead } from "../plugins/relay";
import { callerOf, type Identity } from "./caller";
import type { Route } from "./routes";
import type { Tickets } from "./tickets";

/** Kong's log plugins may show it: by then it is used up. */
export const TOKEN_HEADER = "x-graft-token";

/** What a request is let pass with. */
export interface Ticket extends Route {
  readonly identity: Identity;
}

export function admit(
  request: Pick<IncomingMessage, "method" | "url" | "rawHeaders">,
  tickets: Pick<Tickets<Ticket>, "redeem">,
  newId: (prefix: string) => string,
): Admission | undefined {
  const { method, path, client: headers, own } = readHead(request);
  const ticket = tickets.redeem(own[TOKEN_HEADER] ?? "");
  if (ticket === undefined) return undefined;
  return {
    gateway: ticket.gateway,
    policy: ticket.policy,
    client: {
      method,
      path,
      headers,
      caller: callerOf(ticket.identity, headers),
      requestId: requestIdOf(headers) ?? newId("req_"),
      route: ticket.route,
    },
  };
}

/** Kong's own, unless it is told not to send one (`headers_upstream`): then it would be the client's word. */
function requestIdOf(headers: HeaderMap): string | undefined {
  const id = headers["x-kong-request-id"];
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}
