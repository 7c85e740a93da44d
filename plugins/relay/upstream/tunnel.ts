import type { Socket } from "node:net";

const MAX_HEAD_BYTES = 16 * 1024;
const END_OF_HEAD = "\r\n\r\n";

/**
 * Asks a proxy for a tunnel (RFC 9110 §9.3.6). Resolves when the connection leads to the provider.
 * @param socket to the proxy
 * @param to `host:port`, IPv6 in brackets
 * @param authorization value of `proxy-authorization`
 */
export function openTunnel(socket: Socket, to: string, authorization: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let head = "";
    const settle = (refusal?: string): void => {
      socket.off("readable", read);
      if (refusal === undefined) resolve();
      else reject(new Error(refusal));
    };
    const read = (): void => {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) head += chunk.toString("latin1");
      const end = head.indexOf(END_OF_HEAD);
      if (end !== -1) settle(refusalIn(head, end + END_OF_HEAD.length));
      else if (head.length > MAX_HEAD_BYTES) settle("the proxy's answer to CONNECT has no end");
    };
    socket.on("readable", read);
    socket.once("end", () => settle("the proxy closed the connection instead of opening a tunnel"));
    socket.once("error", reject);
    const credentials = authorization === undefined ? "" : `proxy-authorization: ${authorization}\r\n`;
    socket.write(`CONNECT ${to} HTTP/1.1\r\nhost: ${to}\r\n${credentials}\r\n`);
  });
}

function refusalIn(head: string, end: number): string | undefined {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status?.startsWith("2") !== true) return `the proxy refused the tunnel: status ${status ?? "unknown"}`;
  // TLS begins with the client: whatever is there already does not come from the provider.
  return head.length > end ? "the proxy sent something into the tunnel" : undefined;
}
