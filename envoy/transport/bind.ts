import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from "node:net";
import { placeUnixSocket } from "../../plugins/unix-socket";
import { formatTcp, parseListenAddress } from "./listen-address";

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
    try {
      const remove = await placeUnixSocket(wanted.path, { mode: socketMode }, (path) => listening(server, { path }));
      const close = () => {
        remove();
        server.close();
      };
      return { server, address: `unix://${wanted.path}`, close };
    } catch (thrown) {
      server.close();
      throw thrown;
    }
  }
  await listening(server, wanted);
  const { address: host, port } = server.address() as AddressInfo;
  return { server, address: formatTcp(host, port), close: () => void server.close() };
}

function listening(server: Server, address: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
