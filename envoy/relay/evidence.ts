/** Reads what Envoy tells about a request in headers. */
import { parseJson } from "../../plugins/core/read-json";
import { type RequestHead, utf8 } from "../../plugins/relay";
import type { CallerEvidence } from "../caller";
import { CALLER_HEADERS } from "./headers";

export function relayEvidence({ client, own }: Pick<RequestHead, "client" | "own">): CallerEvidence {
  const { address, jwt, uriSan, dnsSan, subject } = CALLER_HEADERS;
  const text = (name: string): string | undefined => (own[name] === undefined ? undefined : utf8(own[name]));
  const payload = text(jwt);
  return {
    headers: client,
    address: own[address],
    jwt: payload === undefined ? undefined : parseJson(payload),
    certificate: [text(uriSan), text(dnsSan), text(subject)],
  };
}
