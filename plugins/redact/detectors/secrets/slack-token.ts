/** Slack's tokens, and the URLs whose holders may post. */
import { knownTokens } from "./known-tokens";

export const slackToken = knownTokens({
  entity: "slack_token",
  description: "Slack's tokens (`xoxb-`, `xoxp-`, `xoxe-`, `xapp-` …) and webhooks (`hooks.slack.com`).",
  longest: 260,
  patterns: [
    "xoxb-\\d{8,14}-[\\w-]{18,64}",
    "xoxp(?:-\\d{10,13}){2,3}-[\\w-]{24,64}",
    "xox[eors](?:-\\d{10,13}){3}-[A-Za-z0-9-]{24,64}",
    "xox[os](?:-\\d{1,14}){3}-[0-9a-fA-F]{16,64}",
    "xox[ar]-(?:\\d-)?[0-9a-zA-Z]{8,48}(?:-[0-9a-zA-Z]{4,48}){0,3}",
    "xox[cd]-[\\w%-]{40,200}",
    "xoxe(?:\\.xox[bp])?-\\d-[A-Za-z0-9]{140,180}",
    "xapp-\\d-[A-Z0-9]{8,16}-\\d{8,16}-[0-9a-f]{40,80}",
    "hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{30,100}",
  ],
});
