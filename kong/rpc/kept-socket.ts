/** A listening socket that comes back when its name is removed: Kong's image deletes all sockets of its prefix when it starts. */
import { lstatSync } from "node:fs";
import type { Server } from "node:net";
import { placeUnixSocket, type SocketOptions } from "../../plugins/unix-socket";

export interface KeptSocket {
  /** Puts the socket back where there is none; a successor's stays. @returns whether it was gone */
  restore(): Promise<boolean>;
  /** Resolves when the last connection is gone as well. */
  stopAccepting(): Promise<void>;
  /** Takes the name away, if it is still ours. */
  remove(): void;
}

/** @param make a server; for each time the socket is placed @throws Error when the socket cannot be used */
export async function keepSocket(path: string, options: SocketOptions, make: () => Server): Promise<KeptSocket> {
  const servers: Server[] = [];
  const closed: Promise<void>[] = [];
  let stopped = false;
  const stopAll = (): void => {
    for (const server of servers.splice(0)) closed.push(new Promise((resolve) => server.close(() => resolve())));
  };
  const place = async (how: SocketOptions): Promise<() => void> => {
    const server = make();
    try {
      const remove = await placeUnixSocket(path, how, (name) => listening(server, name));
      // Connections that came over the one before stay.
      stopAll();
      servers.push(server);
      return remove;
    } catch (error) {
      server.close();
      throw error;
    }
  };
  let remove = await place(options);
  return {
    async restore() {
      if (stopped || lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
      remove = await place({ ...options, takeOver: false });
      if (!stopped) return true;
      remove();
      stopAll();
      return false;
    },
    async stopAccepting() {
      stopped = true;
      stopAll();
      await Promise.all(closed);
    },
    remove: () => remove(),
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
