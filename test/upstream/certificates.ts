/** A throw-away certificate authority with one server and one client certificate, made by `openssl` in a temporary folder. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export interface Certificates {
  /** Holds ca.pem, server.pem, server.key, client.pem, client.key: for software that wants files. */
  readonly folder: string;
  readonly ca: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  remove(): void;
}

export function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param names what the server certificate is valid for, besides `localhost` and 127.0.0.1
 * @param clientUri alternative name of the client certificate, e.g. a SPIFFE id
 */
export function makeCertificates(names: readonly string[] = [], clientUri?: string): Certificates {
  const folder = mkdtempSync(path.join(tmpdir(), "fake-upstream-"));
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const alternatives = ["DNS:localhost", "IP:127.0.0.1", ...names.map((name) => `DNS:${name}`)].join(",");
  writeFileSync(path.join(folder, "server.ext"), `subjectAltName=${alternatives}\nextendedKeyUsage=serverAuth\n`);
  const clientName = clientUri === undefined ? "" : `subjectAltName=URI:${clientUri}\n`;
  writeFileSync(path.join(folder, "client.ext"), `${clientName}extendedKeyUsage=clientAuth\n`);
  openssl("req", "-x509", ...newKey, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30", "-subj", "/CN=fake upstream CA");
  for (const who of ["server", "client"]) {
    openssl("req", ...newKey, "-keyout", `${who}.key`, "-out", `${who}.csr`, "-subj", `/CN=fake upstream ${who}`);
    const signedBy = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", `${who}.ext`];
    openssl("x509", "-req", "-in", `${who}.csr`, "-out", `${who}.pem`, ...signedBy);
  }
  const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");
  return {
    folder,
    ca: read("ca.pem"),
    serverCert: read("server.pem"),
    serverKey: read("server.key"),
    clientCert: read("client.pem"),
    clientKey: read("client.key"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
