/** What a kind of rule is: its part of the configuration, what may be wrong with it, and what it looks at. */
import type { z } from "zod";
import type { ChatRequest } from "../core/chat";
import type { Annotation, ChatEvent } from "../core/events";
import type { Exchange } from "../core/exchange";
import type { Awaitable } from "../core/plugin";
import type { Fault, PluginServices, PolicyFacts, PolicyShape } from "../define-plugin";
import type { Finder } from "./finder";

export const ACTIONS = ["block", "flag", "redact", "retry"] as const;
export type Action = (typeof ACTIONS)[number];

/** Where a text of a request comes from. `definitions`: tools, response format and all fields nobody here knows. */
export const SOURCES = ["system", "user", "assistant", "tool", "definitions"] as const;
export type Source = (typeof SOURCES)[number];

export interface RequestText {
  readonly source: Source;
  /** Escapes of JSON text (tool arguments) are resolved. */
  readonly text: string;
}

export interface RequestView {
  readonly exchange: Exchange;
  readonly request: ChatRequest;
  /** Of the rule's roles. */
  readonly texts: readonly RequestText[];
}

export interface AnswerChoice {
  readonly text: string;
  readonly reasoning: string;
  readonly refusal: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
  readonly citations: readonly Annotation[];
}

/** An answer that has come to its end. */
export interface AnswerView {
  readonly exchange: Exchange;
  readonly choices: readonly AnswerChoice[];
}

/** A rule has fired. */
export interface Verdict {
  /** Instead of the rule's own action. */
  readonly action?: Action | undefined;
  /** What `redact` replaces. */
  readonly finders?: readonly Finder[];
}

/** One rule, ready. Which of its parts are there says what it needs: an answer is held to its end only for `answer`. */
export interface Rule {
  /** Where it finds a match it fires. In streams they look through a window. */
  readonly finders?: readonly Finder[];
  /** Asks somebody outside this process: last, with the others of the kind at one time. What it throws is for `on_error`. */
  readonly remote?: boolean;
  /** Whether a rule on answers can do its work for this request. @throws GraftError */
  admit?(request: ChatRequest): void;
  request?(view: RequestView): Awaitable<Verdict | undefined>;
  answer?(view: AnswerView): Awaitable<Verdict | undefined>;
  /** For one answer: sees each event before it is let through, and says when it is too much. */
  watch?(): (event: ChatEvent) => boolean;
  /** What a model is told that has to answer again. */
  readonly wish: string;
}

/** What all kinds have in common, of one rule. */
export interface RuleShape {
  readonly name: string;
  readonly on: "input" | "output" | "both";
  readonly action: Action;
  /** Empty = the kind's own. */
  readonly roles: readonly Source[];
}

export interface RuleContext {
  readonly rule: RuleShape;
  readonly services: PluginServices;
  readonly policy: PolicyFacts;
}

export interface Kind {
  readonly name: string;
  readonly config: z.ZodType;
  /** What it can look at. */
  readonly on: readonly ("input" | "output")[];
  /** It can say where in a text it is, with this configuration. */
  redacts(config: unknown): boolean;
  /** It judges answers as a whole, with this configuration. */
  whole(config: unknown): boolean;
  /** Its verdicts may ask for more than the rule's own action. */
  readonly decides: boolean;
  /** What it reads of a request unless the rule says otherwise; empty = it does not read texts. */
  readonly roles: readonly Source[];
  /** What no schema says; paths below the kind's own part. */
  check(config: unknown, rule: RuleShape, policy: PolicyShape): readonly Fault[];
  create(config: unknown, context: RuleContext): Rule;
}

/** A kind whose functions get their part of the configuration parsed and typed. */
export function defineKind<Schema extends z.ZodType>(it: {
  readonly name: string;
  readonly config: Schema;
  readonly on: readonly ("input" | "output")[];
  readonly roles: readonly Source[];
  readonly decides?: boolean;
  redacts?(config: z.output<Schema>): boolean;
  whole?(config: z.output<Schema>): boolean;
  check(config: z.output<Schema>, rule: RuleShape, policy: PolicyShape): readonly Fault[];
  create(config: z.output<Schema>, context: RuleContext): Rule;
}): Kind {
  const typed = (raw: unknown): z.output<Schema> => it.config.parse(raw ?? {});
  return {
    name: it.name,
    config: it.config,
    on: it.on,
    roles: it.roles,
    decides: it.decides ?? false,
    redacts: (raw) => it.redacts?.(typed(raw)) ?? false,
    whole: (raw) => it.whole?.(typed(raw)) ?? false,
    check: (raw, rule, policy) => it.check(typed(raw), rule, policy),
    create: (raw, context) => it.create(typed(raw), context),
  };
}
