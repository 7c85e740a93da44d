/** Envoy as a child process. */
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

export interface EnvoyProcess {
  /** When it has ended, by itself or stopped; its last words. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const KILL_AFTER_MS = 5000;
const LAST_WORDS = 4000;

/** @param onLine gets each line Envoy writes: errors */
export function runEnvoy(binary: string, configPath: string, onLine: (line: string) => void): EnvoyProcess {
  const child = spawn(binary, ["--config-path", configPath, "--disable-hot-restart", "--log-level", "error"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  let rest = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    words = (words + text).slice(-LAST_WORDS);
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`${binary} could not be started: ${error.message}`));
    child.once("close", (code, signal) => resolve(`Envoy ended (${signal ?? `status ${code}`})\n${words}`.trim()));
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
    await ended;
    clearTimeout(timer);
  };
  return { ended, stop };
}

/** Until a whole request works: client → Envoy → Graft. @throws Error when that takes too long or is given up */
export async function untilAnswers(url: string, timeoutMs: number, givenUp: AbortSignal): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = "no answer";
  while (Date.now() < deadline && !givenUp.aborted) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.any([givenUp, AbortSignal.timeout(2000)]) });
      await answer.arrayBuffer();
      if (answer.ok) return;
      last = `status ${answer.status}`;
    } catch (thrown) {
      last = thrown instanceof Error ? thrown.message : String(thrown);
    }
    await sleep(100);
  }
  throw new Error(`the gateway did not answer within ${timeoutMs / 1000} s: GET ${url}: ${last}`);
}
