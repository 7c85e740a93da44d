/** One client call, alive from its first byte to its log line. Plugins read it; their own state lives in their closures. */
import type { NeutralRequest } from "./chat";
import type { Dialect, RequestHead } from "./dialect";
import type { GraftError } from "./errors";
import type { ChatEvent, Usage } from "./events";
import { Facts } from "./facts";
import type { JsonSource } from "./json-source";
import { DEFAULT_LABELS, type LabelSources, type Labels, readLabels } from "./labels";
import type { OutgoingRequest } from "./outgoing";
import type { Hooks } from "./plugin";
import type { HeaderMap } from "./provider";
import type { Received } from "./received";
import type { ModelAlias, Plan, Target } from "./target";
import { soundUsage } from "./usage";

/** Who the gateway's own auth says is calling. */
export interface Caller {
  /** `source:issuer|subject`, e.g. `jwt:https://idp|alice`; `ip:…` for an anonymous caller. */
  readonly id: string;
  readonly anonymous: boolean;
  readonly credential?: string;
  readonly team?: string;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  readonly ip: string;
}

export interface ClientInfo {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  readonly headers: HeaderMap;
  readonly caller: Caller;
  readonly requestId: string;
  /** The gateway's own name for the route it came by, where it says so. */
  readonly route?: string | undefined;
}

export interface Attempt {
  /** 1, 2, 3 … */
  readonly number: number;
  readonly target: Target;
  readonly keyIndex: number | undefined;
  readonly passThrough: boolean;
  /** Client parameters that the target cannot honour: the first 20, then `and 3 more`. */
  readonly dropped: readonly string[];
  status?: number;
  /** It gave no answer, and the client got one from elsewhere. */
  error?: GraftError;
}

export type Restriction = (target: Target) => GraftError | undefined;

export type SideCallWitness = (purpose: string, target: Target, request: OutgoingRequest) => void | Promise<void>;

/** A call to a model beside the one the client asked for; what it used is this exchange's to pay. */
export interface SideCall {
  /** The plugin and its rule, e.g. `guard:off-topic`. */
  readonly purpose: string;
  readonly target: Target;
  readonly usage: Usage | undefined;
}

export interface ExchangeInit {
  readonly id: string;
  readonly policy: string;
  readonly configVersion: string;
  readonly client: ClientInfo;
  readonly startedAt: number;
  readonly labels?: LabelSources;
}

export type ThroughInner = (hook: Hooks, events: readonly ChatEvent[]) => Promise<readonly ChatEvent[]>;

const nobody = (): boolean => false;
const nothing = (): void => {};
const asTheyAre: ThroughInner = async (_hook, events) => events;

export class Exchange {
  readonly id: string;
  readonly policy: string;
  readonly configVersion: string;
  readonly client: ClientInfo;
  readonly facts = new Facts();
  readonly attempts: Attempt[] = [];
  readonly startedAt: number;
  /** What the client's `model` stands for, from before the first hook. A request hook may put another one here. */
  alias: ModelAlias | undefined;
  plan: Plan | undefined;
  /** Headers that plugins add to whatever the client gets, errors as well. Lower case. */
  readonly answerHeaders: Record<string, string> = {};
  /** The provider's answer has come to its end as it should: what it said of usage is its last word. */
  finished = false;
  /** What came of the answer so far; absent until there is one, and where nobody needs usage. */
  received: Received | undefined;
  /** The provider's name for the model that answered. */
  model: string | undefined;
  error: GraftError | undefined;
  /** Why a target may not get this request, each asked before anything is sent to it, side calls included. */
  readonly restrictions: Restriction[] = [];
  /** Other calls made for this one, by plugins: classifiers, judges. */
  readonly sideCalls: SideCall[] = [];
  /** What a hook still does for it when the client has its answer: `log` hooks and the record wait for it. Never rejects. */
  background: Promise<void> | undefined;
  /**
   * An answer that a hook has got from elsewhere, as the hooks within that one leave it; those begin anew for it.
   * @throws the error that one of them made of it
   */
  throughInner: ThroughInner = asTheyAre;
  /** Other exchanges get this one's answer as well: a host that can lets it go on when its own client has gone. */
  followed: () => boolean = nobody;
  /** For hosts that wait for no hook longer than a fixed time: this one may take so many milliseconds. */
  mayTake: (ms: number) => void = nothing;
  /** Told before each of them is sent; what one throws keeps it from being sent. */
  readonly sideCallWitnesses: SideCallWitness[] = [];
  #dialect: Dialect | undefined;
  #source: JsonSource | undefined;
  #head: RequestHead | undefined;
  #request: NeutralRequest | undefined;
  #rewritten = false;
  #usage: Usage | undefined;
  readonly #labelSources: LabelSources;
  #labels: Labels | undefined;

  constructor(init: ExchangeInit) {
    this.id = init.id;
    this.policy = init.policy;
    this.configVersion = init.configVersion;
    this.client = init.client;
    this.startedAt = init.startedAt;
    this.#labelSources = init.labels ?? DEFAULT_LABELS;
  }

  /** Called once by the pipeline, before any hook runs. */
  accept(dialect: Dialect, source: JsonSource, head: RequestHead): void {
    this.#dialect = dialect;
    this.#source = source;
    this.#head = head;
  }

  /** What the client says it is for. */
  get labels(): Labels {
    this.#labels ??= readLabels(this.#labelSources, this.client.headers, this.#source?.value);
    return this.#labels;
  }

  /** `undefined` until the request was parsed (and for calls without a body). */
  get head(): RequestHead | undefined {
    return this.#head;
  }

  get source(): JsonSource {
    if (this.#source === undefined) throw new Error("this exchange has no request body");
    return this.#source;
  }

  /** The request as the hooks left it; decoded on first use. @throws GraftError 400 kinds when the client's fields are wrong. */
  get request(): NeutralRequest {
    if (this.#request === undefined) {
      if (this.#dialect === undefined) throw new Error("this exchange has no request body");
      this.#request = this.#dialect.decodeRequest(this.source);
    }
    return this.#request;
  }

  /** The request if somebody has needed it decoded. */
  get decoded(): NeutralRequest | undefined {
    return this.#request;
  }

  /** A changed request: the client's bytes are no longer what providers get. */
  set request(request: NeutralRequest) {
    this.#request = request;
    this.#rewritten = true;
  }

  /** Providers get what was read of the request, and nothing that was not. */
  encodeAnew(): void {
    this.request = this.request;
  }

  get rewritten(): boolean {
    return this.#rewritten;
  }

  /** What the provider said last, made sound: its word is not trusted to be a count. */
  get usage(): Usage | undefined {
    return this.#usage;
  }

  set usage(usage: Usage | undefined) {
    this.#usage = usage === undefined ? undefined : soundUsage(usage);
  }

  /** Why this target may not get this request; `undefined` = it may. */
  forbids(target: Target): GraftError | undefined {
    for (const restriction of this.restrictions) {
      const error = restriction(target);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /** The attempt whose answer the client gets (or got so far). */
  get attempt(): Attempt | undefined {
    return this.attempts.at(-1);
  }
}
