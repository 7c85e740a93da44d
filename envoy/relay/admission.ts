/** Whom the relay answers: Envoy, by its token; and who Envoy says is calling. */
import type { IncomingMessage } from "node:http";
import type { Reply } from "../../plugins/core/pipeline";
import { type Admission, readHead } from "../../plugins/relay";
import type { Runtime } from "../../plugins/runtime";
import { callerOf } from "../caller";
import { relayEvidence } from "./evidence";
import { HEALTH_PATH, POLICY_HEADER, ROUTE_HEADER, TOKEN_HEADER } from "./headers";
import { TokenCheck } from "./token-check";

export interface AdmitterOptions {
  readonly runtime: Pick<Runtime, "gateway" | "services">;
  /** Others than Envoy can connect: nothing passes without a token, whatever the configuration says. */
  readonly reachable: boolean;
}

export class Admitter {
  readonly #options: AdmitterOptions;
  readonly #token: TokenCheck;
  #serving = true;

  constructor(options: AdmitterOptions) {
    this.#options = options;
    this.#token = new TokenCheck(options.reachable);
  }

  /** What Envoy's health checks hear. Requests are admitted in either state. */
  setServing(serving: boolean): void {
    this.#serving = serving;
  }

  /** A reply = the request was our own business; `undefined` = it is refused. */
  admit(request: Pick<IncomingMessage, "method" | "url" | "rawHeaders">): Admission | Reply | undefined {
    const { runtime } = this.#options;
    const gateway = runtime.gateway();
    const { relay_token, caller } = gateway.config.envoy;
    const head = readHead(request);
    if (!this.#token.passes(head.own[TOKEN_HEADER], relay_token)) return undefined;
    const policy = head.own[POLICY_HEADER];
    if (policy === undefined) return head.path === HEALTH_PATH ? this.#health() : undefined;
    return {
      gateway,
      policy,
      client: {
        method: head.method,
        path: head.path,
        headers: head.client,
        caller: callerOf(caller, relayEvidence(head)),
        requestId: head.client["x-request-id"] ?? runtime.services.newId("req_"),
        route: head.own[ROUTE_HEADER],
      },
    };
  }

  #health(): Reply {
    const status = this.#serving ? 200 : 503;
    return { status, headers: { "content-type": "text/plain" }, body: this.#serving ? SERVING : DRAINING };
  }
}

const SERVING = Buffer.from("serving");
const DRAINING = Buffer.from("draining");
