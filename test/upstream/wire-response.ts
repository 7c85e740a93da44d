/** One answer on its way out, over HTTP/1.1 or HTTP/2: what the misbehaviours need, and no more. */
import type { ServerResponse } from "node:http";
import { constants, type Http2ServerResponse } from "node:http2";
import { Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { TLSSocket } from "node:tls";

export type AnyResponse = ServerResponse | Http2ServerResponse;

/** Time for the other side to read what was sent: an RST overtakes bytes that still wait in its kernel. */
const BEFORE_RESET_MS = 40;

export class WireResponse {
  readonly #response: AnyResponse;

  constructor(response: AnyResponse) {
    this.#response = response;
    // A client that goes away is the test's business, not an error here.
    response.on("error", () => {});
  }

  get closed(): boolean {
    const response = this.#response;
    return response.writableEnded || ("stream" in response ? response.stream.destroyed : response.destroyed);
  }

  async informational(): Promise<void> {
    const response = this.#response;
    if (!("stream" in response)) response.writeProcessing();
    response.writeEarlyHints({ link: "</style.css>; rel=preload; as=style" });
    await delay(5);
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    const response = this.#response;
    if (this.closed) return;
    if ("stream" in response) response.writeHead(status, headers);
    else {
      response.writeHead(status, headers);
      response.flushHeaders();
    }
  }

  /** Resolves when more may be written, or nothing will be read any more. */
  async write(piece: string | Buffer): Promise<void> {
    if (this.closed || piece.length === 0) return;
    const response = this.#response;
    const more = "stream" in response ? response.write(piece) : response.write(piece);
    if (!more) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          response.off("drain", done);
          response.off("close", done);
          resolve();
        };
        response.on("drain", done);
        response.on("close", done);
      });
    }
  }

  end(trailers?: Readonly<Record<string, string>>): void {
    if (this.closed) return;
    if (trailers !== undefined) this.#response.addTrailers(trailers);
    this.#response.end();
  }

  /** HTTP/1.1: RST (over TLS: a close without close_notify). HTTP/2: RST_STREAM. */
  async reset(): Promise<void> {
    await delay(BEFORE_RESET_MS);
    const response = this.#response;
    if ("stream" in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else if (response.socket instanceof Socket && !(response.socket instanceof TLSSocket)) response.socket.resetAndDestroy();
    else response.destroy();
  }

  /** HTTP/1.1: FIN in the middle of the message. HTTP/2 has no such thing: RST_STREAM. */
  async hangUp(): Promise<void> {
    const response = this.#response;
    if ("stream" in response) await this.reset();
    else response.socket?.end();
  }
}
