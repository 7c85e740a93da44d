import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Decoder, Encoder } from "@msgpack/msgpack";
import type Server from "kong-pdk/server";
import { createPluginServer, listenForKong, type RpcListener, type RpcOptions } from "../../../kong/rpc";
import type { PluginModule } from "../../../kong/rpc/plugin-server";

/** The part of the PDK these plugins call. */
export interface Kong {
  readonly client: { getConsumer(): Promise<unknown> };
  readonly response: { exit(status: number, body?: unknown): Promise<void>; error(status: number): Promise<void> };
  readonly request: { getHeader(name: unknown): Promise<unknown> };
}

/** What a phase of the test plugin does; each test sets it. */
export type Phase = (kong: Kong, config: unknown) => unknown;

export const nothing: Phase = () => {};

export const behaviour: { access: Phase } = { access: nothing };

export const testPlugin: PluginModule = {
  Name: "Tester",
  Version: "1.2.3",
  Priority: 770,
  Schema: [{ limit: { type: "integer" } }],
  Plugin: class {
    readonly config: unknown;
    constructor(config: unknown) {
      this.config = config;
    }
    access(kong: Kong): unknown {
      return behaviour.access(kong, this.config);
    }
    secret(): never {
      throw new Error("a method that is no phase was called");
    }
  },
};

/** A logger that keeps its lines. */
export function recordingLogger() {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

export interface Running {
  readonly server: Server;
  readonly listener: RpcListener;
  readonly path: string;
  readonly lines: string[];
  connect(): Promise<Client>;
  startInstance(config?: unknown): Promise<number>;
}

const cleanUps: (() => Promise<unknown> | unknown)[] = [];

/** To be called after each test. */
export async function cleanUp(): Promise<void> {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
  behaviour.access = nothing;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "graft-rpc-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export async function serve(options: Partial<RpcOptions> = {}): Promise<Running> {
  const logger = recordingLogger();
  const server = createPluginServer([testPlugin], logger);
  const path = options.socket ?? join(temporaryFolder(), "kong.sock");
  const listener = await listenForKong(server, { logger, ...options, socket: path });
  cleanUps.push(() => listener.close(0));
  return {
    server,
    listener,
    path,
    lines: logger.lines,
    connect: () => connectTo(path),
    async startInstance(config = {}) {
      const client = await connectTo(path);
      const { Id } = (await client.call("plugin.StartInstance", { Name: "tester", Config: JSON.stringify(config) })) as {
        Id: number;
      };
      client.close();
      return Id;
    },
  };
}

export interface Answer {
  readonly id: number;
  readonly error: string | null;
  readonly result: unknown;
}

export interface PhaseStep {
  readonly Data: "ret" | { readonly Method: string; readonly Args: readonly unknown[] };
  readonly EventId: number;
}

const encoder = new Encoder();
const decoder = new Decoder();

export function encodeCall(id: number, method: string, ...args: unknown[]): Uint8Array {
  return encoder.encode([0, id, method, args]);
}

/** A connection from Kong's side. */
export class Client {
  readonly socket: Socket;
  readonly answers: Answer[] = [];
  readonly ended: Promise<void>;
  #nextId = 1;
  #buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];
  closed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("error", () => {});
    this.ended = new Promise((resolve) => {
      socket.on("close", () => {
        this.closed = true;
        resolve();
        this.#wake();
      });
    });
  }

  send(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** @throws Error with the text the server answered */
  async call(method: string, ...args: unknown[]): Promise<unknown> {
    const { error, result } = await this.ask(method, ...args);
    if (error !== null) throw new Error(error);
    return result;
  }

  async ask(method: string, ...args: unknown[]): Promise<Answer> {
    const id = this.#nextId++;
    this.send(encodeCall(id, method, ...args));
    return this.answerTo(id);
  }

  async answerTo(id: number): Promise<Answer> {
    for (;;) {
      const at = this.answers.findIndex((answer) => answer.id === id);
      if (at !== -1) return this.answers.splice(at, 1)[0] as Answer;
      if (this.closed) throw new Error("the connection was closed");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async handle(instance: number, phase = "access"): Promise<PhaseStep> {
    return (await this.call("plugin.HandleEvent", { InstanceId: instance, EventName: phase })) as PhaseStep;
  }

  async step(event: number, data: unknown, method = "Step"): Promise<PhaseStep> {
    return (await this.call(`plugin.${method}`, { EventId: event, Data: data })) as PhaseStep;
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const answers: Answer[] = [];
    try {
      for (const message of decoder.decodeMulti(this.#buffer)) {
        const [type, id, error, result] = message as [number, number, string | null, unknown];
        if (type === 2) continue;
        if (type !== 1) throw new Error("not a response");
        answers.push({ id, error, result });
      }
    } catch (error) {
      // Incomplete: all of it is read again with the rest. Answers in tests are small.
      if (error instanceof RangeError) return;
      throw error;
    }
    this.#buffer = Buffer.alloc(0);
    this.answers.push(...answers);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export function connectTo(path: string): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("error", reject);
    socket.once("connect", () => {
      cleanUps.push(() => socket.destroy());
      resolve(new Client(socket));
    });
  });
}

/** Resolves when `condition` holds; for what happens in other turns of the event loop. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
