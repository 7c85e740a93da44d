import { didYouMean } from "../../plugins/config/suggest";

const WORDS = ["kind", "base_url", "api_keys", "headers", "tls", "connect_timeout_ms"];

test.each([
  ["knid", "kind"],
  ["kimd", "kind"],
  ["baseUrl", "base_url"],
  ["base-url", "base_url"],
  ["api_key", "api_keys"],
  ["API_KEYS", "api_keys"],
  ["header", "headers"],
  ["connect_timeout", "connect_timeout_ms"],
  ["conect_timeout_sm", "connect_timeout_ms"],
])("%s is near %s", (word, expected) => {
  expect(didYouMean(word, WORDS)).toBe(`; did you mean "${expected}"?`);
});

test.each(["colour", "x", "", "models", "k".repeat(5000)])("%j is near nothing", (word) => {
  expect(didYouMean(word, WORDS)).toBe("");
});
