/** Clients that ask and ask, one request each at a time, and remember what became of every one. */
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Seen } from "../../upstream/raw-client";
import { chat, text } from "./ask";

export interface Shot {
  readonly model: string;
  /** `performance.now()` */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly seen: Seen;
  /** Why this is no clean answer; `undefined` = it is one. */
  readonly fault: string | undefined;
}

export class Load {
  readonly shots: Shot[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[];
  #stopped = false;

  /** One loop for each body. */
  constructor(url: string, bodies: readonly Readonly<Record<string, unknown>>[], pauseMs = 5) {
    this.#loops = bodies.map(async (body) => {
      while (!this.#stopped) {
        const startedAt = performance.now();
        const seen = await chat(url, body, { agent: this.#agent });
        const shot = { model: String(body["model"]), startedAt, endedAt: performance.now(), seen };
        this.shots.push({ ...shot, fault: faultOf(seen, body["stream"] === true) });
        await sleep(pauseMs);
      }
    });
  }

  get faults(): readonly Shot[] {
    return this.shots.filter((shot) => shot.fault !== undefined);
  }

  /** Resolves when `count` more requests have been answered. */
  async more(count: number): Promise<void> {
    const goal = this.shots.length + count;
    while (this.shots.length < goal) await sleep(5);
  }

  async stop(): Promise<readonly Shot[]> {
    this.#stopped = true;
    await Promise.all(this.#loops);
    this.#agent.destroy();
    return this.shots;
  }
}

function faultOf(seen: Seen, stream: boolean): string | undefined {
  if (seen.error !== undefined) return seen.error;
  if (seen.status !== 200) return `${seen.status} ${text(seen).slice(0, 300)}`;
  if (!seen.complete) return "broken off";
  return stream && !text(seen).endsWith("data: [DONE]\n\n") ? `no end: ${text(seen).slice(-100)}` : undefined;
}
