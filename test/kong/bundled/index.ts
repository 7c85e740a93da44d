import { acl } from "./acl";
import { keyAuth } from "./key-auth";
import type { BundledPlugin } from "./plugin";
import { rateLimiting } from "./rate-limiting";
import { requestSizeLimiting } from "./request-size-limiting";

export const BUNDLED: readonly BundledPlugin[] = [keyAuth, requestSizeLimiting, acl, rateLimiting];
