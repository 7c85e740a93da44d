import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { parseListenAddress } from "./listen-address";
import { listenOnUnixSocket } from "./unix-socket";

export interface Bound {
  readonly server: Server;
  /** The address in use, in the form it can be given again. */
  readonly address: string;
  /** Takes no more connections; those there are stay. */
  close(): void;
}

export async function bind(address: string, socketMode: number, accept: (socket: Socket) => void): Promise<Bound> {
  const wanted = parseListenAddress(address);
  const server = createServer({ noDelay: true }, accept);
  if (wanted.kind === "unix") {
    const remove = await listenOnUnixSocket(server, wanted.path, socketMode);
    const close = () => {
      remove();
      server.close();
    };
    return { server, address: `unix://${wanted.path}`, close };
  }
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(wanted.port, wanted.host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { address: host, port } = server.address() as AddressInfo;
  return { server, address: host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`, close: () => void server.close() };
}
