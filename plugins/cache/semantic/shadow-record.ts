import { createHash } from "node:crypto";
import type { Exchange } from "../../core/exchange";
import type { Verdict } from "./agreement";

interface Shadow {
  readonly question: string;
  readonly stored: string;
  readonly score: number;
  readonly verdict: Verdict;
  /** It would have been served. */
  readonly same: boolean;
}

/** What would have been served, and what not and why: by hashes, so that pairs can be counted and no text gets into logs. */
export function shadowRecord(exchange: Exchange, { question, stored, score, verdict, same }: Shadow): void {
  exchange.facts.add({
    kind: "cache-shadow",
    asked: hashOf(question),
    stored: hashOf(stored),
    similarity: score,
    served: same,
    ...(verdict.agree ? {} : { disagree: verdict.on }),
  });
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
