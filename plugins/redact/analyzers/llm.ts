/** A model that is asked which passages are personal data. It gets texts as they are: residency rules hold for it as for any target. */
import type { PluginServices, PolicyFacts } from "../../define-plugin";
import type { Analyzer } from "../redactor";
import { allOf } from "./all-of";
import type { AnalyzerConfig, LlmConfig } from "./config";
import { llmRequest, type Named, readAnswer, USUAL_ENTITIES } from "./llm-prompt";
import { locate } from "./locate";
import { piecesOf } from "./pieces";

const AT_ONCE = 4;

/** @throws Error when there is no such provider */
export function llm(
  { name, entities: asked, timeout_ms, max_chars }: AnalyzerConfig,
  config: LlmConfig,
  { clock, sideCalls }: Pick<PluginServices, "clock" | "sideCalls">,
  policy: Pick<PolicyFacts, "target">,
): Analyzer {
  const { provider, model, region, tags } = config;
  const target = policy.target({ provider, model, region, tags });
  const entities = asked.length === 0 ? USUAL_ENTITIES : asked;
  return {
    name,
    async analyze(exchange, texts) {
      const end = clock.now() + timeout_ms;
      const ask = async (together: readonly string[]): Promise<readonly Named[]> => {
        const timeoutMs = end - clock.now();
        if (timeoutMs <= 0) throw new Error("the model took too long");
        const events = await sideCalls.ask(exchange, target, llmRequest(config, entities, together), {
          purpose: `redact:${name}`,
          timeoutMs,
        });
        return readAnswer(events, entities);
      };
      const pieces = piecesOf(texts, max_chars).map(({ text }) => text);
      const answers = await allOf(grouped(pieces, max_chars), AT_ONCE, AbortSignal.timeout(timeout_ms), ask);
      return locate(distinct(answers.flat()), texts);
    },
  };
}

/** As many in one call as fit. */
function grouped(texts: readonly string[], max: number): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let room = 0;
  for (const text of texts) {
    if (text.length > room) {
      groups.push([]);
      room = max;
    }
    groups.at(-1)!.push(text);
    room -= text.length;
  }
  return groups;
}

/** Each value once, as what it was called last. */
function distinct(named: readonly Named[]): readonly Named[] {
  return [...new Map(named.map((one) => [one.value, one])).values()];
}
