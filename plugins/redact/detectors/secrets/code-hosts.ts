/** Tokens of GitHub and GitLab. */
import { knownTokens } from "./known-tokens";

export const githubToken = knownTokens({
  entity: "github_token",
  description: "GitHub's personal, OAuth, app and refresh tokens: `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`, `github_pat_`.",
  longest: 520,
  // Tokens of apps have grown to several hundred characters with dots since 2026.
  patterns: ["gh[pousr]_[A-Za-z0-9]{36,255}", "ghs_[\\w.-]{36,500}[A-Za-z0-9]", "github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"],
});

export const gitlabToken = knownTokens({
  entity: "gitlab_token",
  description:
    "GitLab's personal, group, deploy, runner, trigger, feed and agent tokens: `glpat-`, `gldt-`, `glrt-`, `glptt-` and others.",
  longest: 320,
  patterns: [
    "gl(?:pat|dt|rt|rtr|soat|ft|imt|oas|agent|cbt|wt|ptt|ffct)-[\\w-]{20,300}(?:\\.[\\w-]{2,9}){0,2}",
    "GR1348941[\\w-]{20}",
    "_gitlab_session=[0-9a-f]{32}",
  ],
});
