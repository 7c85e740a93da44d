/** Keys of model providers and of what belongs to them: hosting, search, tracing. */
import { knownTokens } from "./known-tokens";
import { nearNames } from "./near-names";

const ALONE = (body: string): RegExp => new RegExp(`(?<![\\w+/-])${body}(?![\\w+/-])`, "g");

const BY_NAME = [
  { name: /mistral|codestral/, pattern: ALONE("[A-Za-z0-9]{32}") },
  { name: /cohere|co_api_key/, pattern: ALONE("[A-Za-z0-9]{40}") },
  { name: /together/, pattern: ALONE("[0-9a-f]{64}") },
  { name: /azure|ocp-apim|cognitive/, pattern: ALONE("[0-9a-f]{32}") },
  { name: /deepgram/, pattern: ALONE("[0-9a-f]{40}") },
  { name: /voyage/, pattern: ALONE("pa-[\\w-]{40,50}") },
  { name: /assemblyai/, pattern: ALONE("[0-9a-f]{32}") },
];

export const apiKey = knownTokens({
  entity: "api_key",
  description:
    "API keys of model providers (OpenAI, Anthropic, Google, Groq, xAI, Hugging Face, Replicate, Perplexity, OpenRouter and more) by their prefix; of Mistral, Cohere, Azure OpenAI, Together, Deepgram and AssemblyAI where the name stands before.",
  longest: 256,
  patterns: [
    // Anthropic, OpenRouter, Langfuse, Helicone and LiteLLM begin as OpenAI's do. Each is longer than 20 characters.
    "sk-(?:ant|or|proj|svcacct|admin|lf|helicone|litellm|None)-[\\w-]{20,240}",
    "sk-[A-Za-z0-9]{20,128}",
    // LiteLLM's hold `-` and `_`, as do words of a URL: those have no capitals.
    "sk-(?=[\\w-]{0,21}[A-Z])(?=[\\w-]{0,21}\\d)[\\w-]{22}(?!-)",
    "AIza[\\w-]{35}",
    "AQ\\.[\\w-]{40,100}",
    "gsk_[A-Za-z0-9]{40,64}",
    "xai-[\\w-]{60,100}",
    "(?:hf|api_org)_[A-Za-z0-9]{34}",
    "r8_[A-Za-z0-9]{37}",
    "pplx-[A-Za-z0-9]{40,64}",
    "csk-[a-z0-9]{40,64}",
    "nvapi-[\\w-]{60,80}",
    "fw_[A-Za-z0-9]{20,40}",
    "tgp_v1_[\\w-]{40,60}",
    "tvly-(?:dev-|prod-)?[A-Za-z0-9]{28,48}",
    "fc-[0-9a-f]{32}",
    "jina_[\\w]{50,70}",
    "pcsk_[\\w]{60,80}",
    "lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}",
    "sk_[0-9a-f]{48}",
    "vck_[A-Za-z0-9]{50,64}",
    "wandb_v1_[\\w]{60,90}",
  ],
  also: nearNames(BY_NAME),
});
