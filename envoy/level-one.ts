/**
 * Level 1: the filter on the listener, one stream for each client call. Opens the exchange, sends it on its way to the first
 * target, and turns whatever comes back into the client's dialect.
 */
import type { ClientInfo } from "../plugins/core/exchange";
import { isEventStream } from "../plugins/core/headers";
import type { AnswerHead, Pipeline, Step } from "../plugins/core/pipeline";
import type { HeaderMap } from "../plugins/core/provider";
import type { Gateway } from "../plugins/gateway";
import {
  BodySendMode,
  type HttpBody,
  type HttpHeaders,
  type ProcessingRequest,
  type ProcessingResponse,
} from "../proto/ext-proc";
import { readHeaders } from "../proto/header-map";
import { toStruct } from "../proto/struct";
import { callerOf } from "./caller";
import { attributesOf, callerEvidence } from "./evidence";
import type { HostContext } from "./host-context";
import { localReplyError } from "./local-reply";
import {
  ATTRIBUTES,
  attemptKey,
  CLUSTER_HEADER,
  clusterName,
  NAMESPACE,
  ONE_TARGET_KEY,
  OWN_REPLY,
  POLICY_KEY,
  ROUTING_NAMESPACE,
} from "./metadata";
import { answerMutation, immediate, requestMutation } from "./mutations";
import { priorityGroups, retryHeaders } from "./retry-headers";
import type { ProcessStream, StreamHandler } from "./transport";

export class LevelOne implements StreamHandler {
  readonly #context: HostContext;
  readonly #stream: ProcessStream;
  /** The configuration this call began under, until it ends. */
  readonly #gateway: Gateway;
  #pipeline: Pipeline | undefined;
  #requestHeaders: HeaderMap = {};
  #heldBytes = 0;
  #head: AnswerHead | undefined;

  constructor(context: HostContext, stream: ProcessStream) {
    this.#context = context;
    this.#stream = stream;
    this.#gateway = context.gateway();
  }

  message(request: ProcessingRequest): void | Promise<void> {
    if (request.requestHeaders) return this.#onRequestHeaders(request, request.requestHeaders);
    if (request.requestBody) return this.#onRequestBody(request.requestBody);
    if (request.responseHeaders) return this.#onResponseHeaders(request, request.responseHeaders);
    if (request.responseBody) return this.#onResponseBody(request.responseBody);
    if (request.requestTrailers) this.#stream.send({ requestTrailers: {} });
    else if (request.responseTrailers) this.#stream.send({ responseTrailers: {} });
  }

  close(): void {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) return;
    this.#context.exchanges.end(pipeline, this.#heldBytes);
    // Envoy ends the stream alike when the client went away and when the provider did.
    this.#context.finish(pipeline, "aborted");
  }

  async #onRequestHeaders(request: ProcessingRequest, { headers, endOfStream }: HttpHeaders): Promise<void> {
    this.#requestHeaders = readHeaders(headers);
    const { client, policy } = this.#readClient(request);
    const opened = this.#gateway.open(policy, client);
    if (opened.kind === "reply") {
      this.#stream.send(immediate(opened.reply, OWN_REPLY));
      return;
    }
    const { pipeline } = opened;
    this.#pipeline = pipeline;
    pipeline.exchange.mayTake = (ms) => this.#stream.send({ overrideMessageTimeout: toDuration(ms) });
    try {
      this.#context.exchanges.begin(pipeline, this.#gateway.config.bounds);
    } catch (thrown) {
      this.#stream.send(immediate(pipeline.refuse(thrown), "graft_overloaded"));
      return;
    }
    if (endOfStream) this.#sendStep(await pipeline.request(Buffer.alloc(0)));
    else this.#stream.send({ requestHeaders: {} });
  }

  async #onRequestBody({ body }: HttpBody): Promise<void> {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) {
      this.#stream.send({ requestBody: {} });
      return;
    }
    const bytes = ownBuffer(body);
    try {
      this.#context.exchanges.hold(bytes.length, this.#gateway.config.bounds);
      this.#heldBytes += bytes.length;
    } catch (thrown) {
      this.#stream.send(immediate(pipeline.refuse(thrown), "graft_overloaded"));
      return;
    }
    this.#sendStep(await pipeline.request(bytes));
  }

  #sendStep(step: Step): void {
    if (step.kind === "reply") {
      this.#stream.send(immediate(step.reply, OWN_REPLY));
      return;
    }
    const { request, plan } = step;
    const single = plan.targets.length === 1;
    const envoyHeaders = single
      ? { ...retryHeaders(plan), [CLUSTER_HEADER]: clusterName(step.attempt.target.provider.name) }
      : retryHeaders(plan);
    this.#stream.send({
      requestBody: {
        response: {
          headerMutation: requestMutation(this.#requestHeaders, request, envoyHeaders),
          bodyMutation: { body: request.body },
          // The cluster, or the order of clusters, is read when the route is picked again.
          clearRouteCache: true,
        },
      },
      dynamicMetadata: toStruct(this.#metadata(step, single)),
    });
  }

  #metadata({ plan, attempt }: Extract<Step, { kind: "send" }>, single: boolean): Readonly<Record<string, unknown>> {
    const { id, policy } = (this.#pipeline as Pipeline).exchange;
    if (single) return { [NAMESPACE]: { [ONE_TARGET_KEY]: policy } };
    return {
      [NAMESPACE]: { [POLICY_KEY]: policy, id, owner: this.#context.handOffPath, ...attemptKey(attempt) },
      [ROUTING_NAMESPACE]: priorityGroups(plan),
    };
  }

  async #onResponseHeaders(request: ProcessingRequest, { headers: sent, endOfStream }: HttpHeaders): Promise<void> {
    const pipeline = this.#pipeline;
    // A filter before ours answered (401 …): that answer is not ours to touch.
    if (pipeline === undefined) {
      this.#stream.send({ responseHeaders: {} });
      return;
    }
    const received = readHeaders(sent);
    const status = Number(received[":status"] ?? 0);
    const local = localReplyError(status, attributesOf(request), pipeline.exchange.error);
    const head = await pipeline.response(status, withoutPseudo(received), local);
    this.#head = head;
    if (endOfStream) {
      const tail = await pipeline.end();
      const saved = await pipeline.rescue();
      if (saved !== undefined) {
        this.#stream.send(immediate(saved, OWN_REPLY));
        return;
      }
      const type = received["content-type"];
      const headers = { ...(type === undefined ? {} : { "content-type": type }), ...head.set, ...tail.headers };
      const reply = { status: tail.status ?? head.status, headers, body: asBuffer(tail.body) };
      this.#stream.send(immediate(reply, "graft_empty_answer"));
      return;
    }
    // Held whole: its head is decided with its body, in one mutation there.
    if (head.delivery === "whole") {
      this.#stream.send({ responseHeaders: {} });
      return;
    }
    const response: ProcessingResponse = {
      responseHeaders: {
        response: { headerMutation: answerMutation(head.status === status ? undefined : head.status, head.set, head.remove) },
      },
    };
    // Buffered mode would hold a stream until its end.
    this.#stream.send(isEventStream(received) ? { ...response, modeOverride: STREAM_BODY } : response);
  }

  #onResponseBody({ body, endOfStream }: HttpBody): void | Promise<void> {
    const pipeline = this.#pipeline;
    const head = this.#head;
    if (pipeline === undefined || head === undefined) {
      this.#stream.send({ responseBody: {} });
      return;
    }
    // A provider that ends by itself after its error event leaves a stream that ends as HTTP says.
    if (pipeline.closed && !endOfStream) {
      this.#stream.send(END_NOW);
      return;
    }
    const bytes = asBuffer(body);
    if (endOfStream) return this.#finishBody(pipeline, head, bytes);
    const out = pipeline.chunk(bytes);
    if (out instanceof Promise) return out.then((made) => this.#sendChunk(bytes, made));
    this.#sendChunk(bytes, out);
  }

  /** @param headers of an answer that Envoy holds whole: its head can still be added to */
  #sendChunk(received: Uint8Array, made: Uint8Array, headers?: HeaderMap): void {
    if (made === received && headers === undefined) {
      this.#stream.send(UNCHANGED);
      return;
    }
    const changed = made === received ? {} : { bodyMutation: made.length === 0 ? { clearBody: true } : { body: made } };
    const added = headers === undefined ? {} : { headerMutation: answerMutation(undefined, headers, []) };
    this.#stream.send({ responseBody: { response: { ...added, ...changed } } });
  }

  async #finishBody(pipeline: Pipeline, head: AnswerHead, bytes: Buffer): Promise<void> {
    const made = await pipeline.chunk(bytes);
    const tail = await pipeline.end();
    const held = head.delivery === "whole" || tail.status !== undefined;
    const saved = held ? await pipeline.rescue() : undefined;
    if (saved !== undefined) {
      this.#replaceBody({ ...saved, remove: head.remove });
      return;
    }
    // A whole answer that passed through is held by Envoy as well: one that turns out to be none is replaced, head and all.
    if (!held) {
      this.#sendChunk(bytes, tail.body === undefined ? made : Buffer.concat([made, tail.body]), tail.headers);
      return;
    }
    const body = tail.body ?? new Uint8Array(0);
    this.#replaceBody({
      status: tail.status ?? head.status,
      headers: { ...head.set, ...tail.headers },
      remove: head.remove,
      body,
    });
  }

  /** Of an answer that Envoy holds: head and body at once. */
  #replaceBody({ status, headers, remove, body }: WholeAnswer): void {
    const set = { ...headers, "content-length": String(body.length) };
    const gone = remove.filter((name) => !Object.hasOwn(set, name));
    const headerMutation = answerMutation(status, set, gone);
    this.#stream.send({ responseBody: { response: { headerMutation, bodyMutation: { body } } } });
  }

  #readClient(request: ProcessingRequest): { client: ClientInfo; policy: string } {
    const headers = this.#requestHeaders;
    const attributes = attributesOf(request);
    const target = headers[":path"] ?? "/";
    const query = target.indexOf("?");
    const policy = attributes[ATTRIBUTES.policy];
    const route = attributes[ATTRIBUTES.route];
    const { caller } = this.#gateway.config.envoy;
    return {
      policy: typeof policy === "string" ? policy : "",
      client: {
        method: headers[":method"] ?? "",
        path: query === -1 ? target : target.slice(0, query),
        headers,
        caller: callerOf(caller, callerEvidence(caller, request, headers, attributes)),
        requestId: headers["x-request-id"] ?? this.#context.newId("req_"),
        route: typeof route === "string" && route !== "" ? route : undefined,
      },
    };
  }
}

interface WholeAnswer {
  readonly status: number;
  readonly headers: HeaderMap;
  /** Of the provider's headers. */
  readonly remove: readonly string[];
  readonly body: Uint8Array;
}

function toDuration(ms: number) {
  return { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 };
}

const STREAM_BODY = { responseBodyMode: BodySendMode.STREAMED };
const UNCHANGED: ProcessingResponse = { responseBody: {} };
/** Ends a stream whose last event the client already has; its status is long gone, so this one only shows in the access log. */
const END_NOW: ProcessingResponse = { immediateResponse: { status: { code: 502 }, details: "graft_stream_ended" } };

function withoutPseudo(headers: HeaderMap): HeaderMap {
  const { ":status": _, ...rest } = headers;
  return rest;
}

/** The body is kept for later attempts: a small view would keep its whole network buffer alive. */
function ownBuffer(bytes: Uint8Array | null | undefined): Buffer {
  const view = asBuffer(bytes);
  return view.length * 2 < view.buffer.byteLength ? Buffer.from(view) : view;
}

function asBuffer(bytes: Uint8Array | null | undefined): Buffer {
  if (bytes == null) return Buffer.alloc(0);
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
