/**
 * One call, from the request to the last byte of its answer: what undici tells, to whom it is told, and how it ends. One object for all
 * three sides, as every request makes one.
 */
import type { Dispatcher } from "undici";
import { GraftError, toGraftError } from "../../core/errors";
import { emptyHeaders } from "../../core/headers";
import type { HeaderMap } from "../../core/provider";
import { callFailure, unreachable } from "./call-error";
import { Deadlines } from "./deadlines";
import type { AnswerReader, CallLimits, ProviderAnswer, ProviderCall } from "./provider-call";

type Controller = Dispatcher.DispatchController;

/** Held before somebody reads: whole answers are mostly smaller, and pausing costs more than holding them. */
const MAX_HELD_BYTES = 64 * 1024;
const NO_HEADERS: HeaderMap = emptyHeaders();

export class Call implements ProviderCall, ProviderAnswer, Dispatcher.DispatchHandler {
  readonly answer: Promise<ProviderAnswer>;
  status = 0;
  headers: HeaderMap = NO_HEADERS;
  readonly #deadlines: Deadlines;
  readonly #onReleased: () => void;
  #resolve: (answer: ProviderAnswer) => void = ignore;
  #reject: (error: GraftError) => void = ignore;
  /** `ended`: the provider's part is over, the reader may not know yet. `aborted`: nobody is told anything any more. */
  #state: "open" | "ended" | "aborted" = "open";
  /** Absent until the request is on a connection. */
  #controller: Controller | undefined;
  #released = false;
  #reader: AnswerReader | undefined;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #failure: GraftError | undefined;
  #paused = false;

  /** @param onReleased undici has let go of the request: exactly once, perhaps within `dispatch`, perhaps after `abort` */
  constructor(limits: CallLimits, onReleased: () => void) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who aborts a call need not listen to it.
    this.answer.catch(ignore);
    this.#onReleased = onReleased;
    this.#deadlines = new Deadlines(limits, (error) => this.#giveUp(error));
  }

  read(reader: AnswerReader): void {
    this.#reader = reader;
    const held = this.#held;
    this.#held = [];
    for (const bytes of held) {
      if (this.#state === "aborted") return;
      reader.data(bytes);
    }
    if (this.#state === "ended") this.#tell(reader);
    else this.#flow();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#deadlines.hold();
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#flow();
  }

  begun(): void {
    this.#deadlines.begun();
  }

  abort(): void {
    if (this.#state === "aborted") return;
    const open = this.#state === "open";
    this.#state = "aborted";
    this.#held = [];
    this.#deadlines.stop();
    if (!open) return;
    const reason = new GraftError("client_closed", "The request was given up.");
    this.#controller?.abort(reason);
    this.#reject(reason);
  }

  onRequestStart(controller: Controller): void {
    // Over before there was a connection for it: thrown, it costs the request only. Aborted, it would cost the connection as well.
    if (this.#state !== "open") throw new Error("the call was given up");
    this.#controller = controller;
  }

  onResponseStart(_controller: Controller, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    // Of a proxy in between: no provider has this to say.
    if (status === 407) {
      this.#giveUp(unreachable(new Error("the proxy refuses our credentials: status 407")));
      return;
    }
    this.status = status;
    this.headers = headerMap(headers);
    this.#resolve(this);
  }

  onResponseData(controller: Controller, bytes: Buffer): void {
    // undici resumes a body without length with one of these; pausing in it would come too late for the end behind it.
    if (bytes.length === 0) return;
    this.#deadlines.moved();
    if (this.#reader === undefined) this.#hold(bytes, controller);
    else {
      try {
        this.#reader.data(bytes);
      } catch (thrown) {
        this.#giveUp(toGraftError(thrown));
      }
    }
  }

  onResponseEnd(): void {
    this.#release();
    this.#end(undefined);
  }

  onResponseError(_controller: Controller | undefined, error: Error): void {
    this.#release();
    if (this.#state === "open") this.#end(callFailure(error, this.status !== 0));
  }

  #hold(bytes: Buffer, controller: Controller): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes < MAX_HELD_BYTES) return;
    this.#deadlines.hold();
    controller.pause();
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#onReleased();
  }

  #giveUp(error: GraftError): void {
    this.#end(error, this.#controller);
  }

  /** @param controller set when the provider does not know yet */
  #end(failure: GraftError | undefined, controller?: Controller): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#failure = failure;
    this.#deadlines.stop();
    if (failure !== undefined) {
      controller?.abort(failure);
      this.#reject(failure);
    }
    if (this.#reader !== undefined) this.#tell(this.#reader);
  }

  #tell(reader: AnswerReader): void {
    if (this.#failure === undefined) reader.end();
    else reader.failed(this.#failure);
  }

  #flow(): void {
    if (this.#paused || this.#reader === undefined) return;
    this.#deadlines.release();
    // Never from within: undici's parser, one for all connections, must not be entered while it runs.
    if (this.#controller?.paused === true) queueMicrotask(() => this.#resumeNow());
  }

  #resumeNow(): void {
    if (!this.#paused && this.#state === "open") this.#controller?.resume();
  }
}

function headerMap(headers: Record<string, string | string[] | undefined>): HeaderMap {
  const out = emptyHeaders();
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) out[name] = typeof value === "string" ? value : value.join(", ");
  }
  return out;
}

function ignore(): void {}
