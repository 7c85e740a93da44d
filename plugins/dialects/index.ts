/** THE list of client dialects, one line each; the first is the one errors are written in before a dialect is known. */
import type { Dialect } from "../core/dialect";
import { openaiChat } from "./openai-chat";

export const DIALECTS: readonly Dialect[] = [openaiChat];
