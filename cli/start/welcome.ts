import type { PolicyConfig } from "../../plugins/config";
import { describeModels } from "../describe-models";

export interface Started {
  readonly url: string;
  readonly directory: string;
  readonly admin: string;
  readonly policy: PolicyConfig;
}

/** What to do now: addresses, models and three requests to copy. */
export function welcome({ url, directory, admin, policy }: Started): string {
  const request = (flags: string, model: string, text: string, extra = ""): string =>
    `  curl ${flags} ${url}/chat/completions -H 'content-type: application/json' \\\n` +
    `    -d '{"model": "${model}", "messages": [{"role": "user", "content": "${text}"}]${extra}}'`;
  return `
Graft is ready.

  base URL       ${url}   (for any OpenAI client; any API key)
  configuration  ${directory}/graft.yaml   (edit it: changes apply at once)
  Envoy's own    ${directory}/envoy.yaml
  metrics        http://${admin}/metrics

Models:

${describeModels(policy)}

An OpenAI request, answered through Anthropic's API:

${request("-s", "demo-claude", "Hello!")}

Fallback: the first target is down, x-graft-target says who answered:

${request("-si", "smart", "Are you there?")}

Streaming, translated from Gemini's API:

${request("-sN", "demo-gemini", "Count to five", ', "stream": true')}

A limit: the fourth request of a minute is refused with 429, and told when to come again:

  for i in 1 2 3 4; do
${request("-si", "limited", "Hi")}
  done

What was asked before: x-graft-cache says miss, then hit:

  for i in 1 2; do
${request("-si", "cached", "Hello")}
  done

What must not leave: the provider gets <EMAIL_1>, the answer has the address again. Look at both without sending anything:

${request("-s", "demo-openai", "Write to jane@example.com")}
  echo '{"model": "demo-openai", "messages": [{"role": "user", "content": "Write to jane@example.com"}]}' |
    npx graft explain ${directory}/graft.yaml --request - --show-body

Who used what, and what it cost:

  npx graft usage --config ${directory}/graft.yaml --by model,alias

Ctrl-C stops everything.
`;
}
