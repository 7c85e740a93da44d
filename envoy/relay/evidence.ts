/** Reads what Envoy tells about a request in headers. */
import { parseJson } from "../../plugins/core/read-json";
import type { RequestHead } from "../../plugins/relay";
import type { CallerEvidence } from "../caller";
import { CALLER_HEADERS } from "./headers";

export function relayEvidence({ client, own }: Pick<RequestHead, "client" | "own">): CallerEvidence {
  const { address, jwt, uriSan, dnsSan, subject } = CALLER_HEADERS;
  const payload = utf8(own[jwt]);
  return {
    headers: client,
    address: own[address],
    jwt: payload === undefined ? undefined : parseJson(payload),
    certificate: [utf8(own[uriSan]), utf8(own[dnsSan]), utf8(own[subject])],
  };
}

/** Envoy writes bytes, Node reads each of them as one character. */
function utf8(value: string | undefined): string | undefined {
  return value === undefined ? undefined : Buffer.from(value, "latin1").toString("utf8");
}
