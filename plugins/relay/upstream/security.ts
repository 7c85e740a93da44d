/** TLS towards one address: whom we trust there, and who we are. Certificates are always verified, whatever the environment says. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from "node:tls";
import type { Connection } from "../../core/target";

export class Security {
  readonly #name: string;
  readonly #context: SecureContext;
  #session: Buffer | undefined;

  /**
   * Reads the files. Without `caFile` the authorities are Node's own, with those of NODE_EXTRA_CA_CERTS.
   * @param host as in the URL, without brackets
   * @throws Error when a file cannot be read or is no PEM
   */
  constructor(host: string, { caFile, certFile, keyFile, serverName }: NonNullable<Connection["tls"]> = {}) {
    this.#name = serverName ?? host;
    const ca = read(caFile);
    // Authorities it cannot read are ignored in silence.
    if (ca !== undefined) new X509Certificate(ca);
    this.#context = createSecureContext({
      minVersion: "TLSv1.2",
      ca,
      cert: read(certFile),
      key: read(keyFile),
    });
  }

  /** @param over `host`, `port` and how to get there, or `socket`: a connection that is there already */
  connect(over: ConnectionOptions): TLSSocket {
    const socket = connect({
      ...over,
      secureContext: this.#context,
      rejectUnauthorized: true,
      ALPNProtocols: ["http/1.1"],
      // SNI holds names only (RFC 6066 §3); the certificate must then be for the address itself.
      servername: isIP(this.#name) === 0 ? this.#name : "",
      checkServerIdentity: (_servername, certificate) => checkServerIdentity(this.#name, certificate),
      ...(this.#session === undefined ? {} : { session: this.#session }),
    });
    // Told once the certificate is verified: resumption skips that check.
    socket.on("session", (session) => {
      this.#session = session;
    });
    return socket;
  }
}

function read(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readFileSync(file);
}
