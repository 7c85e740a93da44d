/** Secrets, one line each; where two find the same place, the one that knows what it is stands first. */
import type { Detector } from "../detector";
import { accessToken } from "./access-token";
import { apiKey } from "./api-key";
import { cloudKey } from "./cloud-key";
import { githubToken, gitlabToken } from "./code-hosts";
import { connectionString } from "./connection-string";
import { genericSecret } from "./generic-secret";
import { jwt } from "./jwt";
import { privateKey } from "./private-key";
import { slackToken } from "./slack-token";
import { stripeKey } from "./stripe-key";

export const SECRETS: readonly Detector[] = [
  privateKey,
  connectionString,
  apiKey,
  cloudKey,
  githubToken,
  gitlabToken,
  slackToken,
  stripeKey,
  accessToken,
  jwt,
  genericSecret,
];
