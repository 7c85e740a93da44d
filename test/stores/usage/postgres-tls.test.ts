import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { openPostgresUsage } from "../../../plugins/stores/usage/postgres";
import { type Certificates, hasOpenssl, makeCertificates } from "../../upstream/certificates";
import { describeWithPostgres, type PostgresServer, startPostgres } from "./support/postgres-server";
import { DAY_START, usageRecord } from "./support/records";

if (!hasOpenssl()) console.warn("openssl is not installed: TLS to Postgres is not tested");

describeWithPostgres("usage in Postgres over TLS", (bin) => {
  const withOpenssl = hasOpenssl() ? test : test.skip;
  let certificates: Certificates;
  let server: PostgresServer;
  let port: number;

  beforeAll(async () => {
    if (!hasOpenssl()) return;
    certificates = makeCertificates();
    port = await freePort();
    const files = { "server.pem": certificates.serverCert, "server.key": certificates.serverKey };
    server = await startPostgres(bin, {
      port,
      files,
      settings: ["ssl=on", "ssl_cert_file=server.pem", "ssl_key_file=server.key"],
    });
  }, 60_000);
  afterAll(async () => {
    certificates?.remove();
    await server?.remove();
  });

  withOpenssl("the URL says whom to trust", async () => {
    const ca = join(certificates.folder, "ca.pem");
    const store = await openPostgresUsage({
      url: `postgresql://graft@localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${ca}`,
    });
    await store.add([usageRecord()]);
    expect((await store.query({ from: DAY_START, to: DAY_START + 1, groupBy: [] })).total.requests).toBe(1);
    const sessions = await server.run(
      server.url("postgres"),
      "select bool_and(ssl) as ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'graft'",
    );
    expect(sessions).toEqual([{ ssl: true }]);
    await store.close();
  });

  withOpenssl("a certificate nobody vouches for is refused, and no reason to try again", async () => {
    const url = `postgresql://graft@localhost:${port}/postgres?sslmode=verify-full`;
    await expect(openPostgresUsage({ url })).rejects.toThrow(/usage database: cannot connect: .*certificate/);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}
