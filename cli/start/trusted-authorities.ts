import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";

const USUAL_PLACES = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/** A PEM file of the authorities to trust: the system's, or Node's own, written into `directory`. */
export function trustedAuthorities(directory: string, env: Readonly<Record<string, string | undefined>>): string {
  const found = [env["SSL_CERT_FILE"], ...USUAL_PLACES].find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  const path = join(directory, "authorities.pem");
  writeFileSync(path, rootCertificates.join("\n"));
  return path;
}
