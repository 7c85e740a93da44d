import { EventEmitter } from "node:events";

/** Of a ServerResponse, what an answer uses. */
export class FakeResponse extends EventEmitter {
  headersSent = false;
  destroyed = false;
  writableEnded = false;
  writableNeedDrain = false;
  head: readonly [number, object] | undefined;
  text = "";

  writeHead(status: number, headers: object): void {
    if (this.headersSent) throw new Error("two heads");
    this.headersSent = true;
    this.head = [status, headers];
  }

  write(bytes: Uint8Array): boolean {
    if (this.writableEnded || this.destroyed) throw new Error("written after the end");
    this.headersSent = true;
    this.text += Buffer.from(bytes).toString();
    return !this.writableNeedDrain;
  }

  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.write(bytes);
    this.writableEnded = true;
  }
}
