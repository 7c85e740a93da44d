/** What we use of kong-pdk, which brings no types for its server. Field and method names are the wire's. */
declare module "kong-pdk/lib/mod" {
  export interface PluginModule {
    readonly Plugin: new (config: never) => object;
    /** Kong's field list. */
    readonly Schema?: readonly unknown[];
    readonly Version?: string;
    readonly Priority?: number;
    readonly Name?: string;
  }

  export class Module {
    constructor(name: string, path: undefined, literal: PluginModule);
    readonly name: string;
    getPhases(): readonly string[];
  }

  export interface Instance {
    /** Seconds since the epoch; 0 = never. */
    getLastUsedTime(): number;
    getStartTime(): number;
    getName(): string;
  }
}

declare module "kong-pdk/server" {
  import type { Instance, Module } from "kong-pdk/lib/mod";

  namespace Server {
    interface Logger {
      debug(message: string): void;
      info(message: string): void;
      warn(message: string): void;
      error(message: string): void;
    }

    /** Kong's end of the queue between Kong and one running phase. */
    interface Pipe {
      put(answer: readonly [result: unknown, error: unknown]): void;
    }

    interface PhaseStep {
      /** `"ret"`, or the PDK call Kong is to perform: `{ Method, Args }`. */
      readonly Data: unknown;
      readonly EventId: number;
    }
  }

  class Server {
    constructor(pluginDirectory: null, logger: Server.Logger);
    readonly plugins: Map<string, Module>;
    readonly instances: Map<number, Instance>;
    readonly events: Map<number, Server.Pipe>;
    instanceID: number;
    eventID: number;
    /** Stops the timer that would expire instances. */
    close(): void;
    GetStatus(): Promise<unknown>;
    GetPluginInfo(name: unknown): Promise<unknown>;
    StartInstance(start: { readonly Name: string; readonly Config: string }): Promise<unknown>;
    InstanceStatus(id: number): Promise<unknown>;
    CloseInstance(id: number): Promise<unknown>;
    HandleEvent(event: { readonly InstanceId: number; readonly EventName: string }): Promise<Server.PhaseStep>;
    Step(step: { readonly EventId: number; readonly Data?: unknown }): Promise<Server.PhaseStep>;
    StepError(step: { readonly EventId: number; readonly Data?: unknown }): Promise<Server.PhaseStep>;
  }

  export = Server;
}
