import { GraftError } from "../../plugins/core/errors";
import type { ChatEvent } from "../../plugins/core/events";
import { HookChain } from "../../plugins/core/hook-chain";
import type { Hooks } from "../../plugins/core/plugin";

const delta = (text: string): ChatEvent => ({ type: "delta", choice: 0, block: 0, text });
const texts = (events: readonly ChatEvent[]) => events.map((event) => (event.type === "delta" ? event.text : event.type));

/** Appends its mark to every text it sees, at once or a turn later. */
const marker = (mark: string, wait = false): Hooks => ({
  event(event) {
    const made = event.type === "delta" ? [{ ...event, text: event.text + mark }] : [event];
    return wait ? Promise.resolve(made) : made;
  },
});
const holder = (): Hooks => {
  const held: ChatEvent[] = [];
  return {
    event(event) {
      held.push(event);
      return [];
    },
    end: () => held.splice(0),
  };
};

describe("HookChain", () => {
  test("the last plugin sees events first", () => {
    expect(texts(new HookChain([marker("1"), marker("2"), marker("3")]).push([delta("x")]) as ChatEvent[])).toEqual(["x321"]);
  });

  test("stays synchronous while every hook is", () => {
    expect(new HookChain([marker("1"), {}]).push([delta("x")])).not.toBeInstanceOf(Promise);
  });

  test.each([
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [true, true, true],
  ])("order and completeness hold whichever hooks wait (%s %s %s)", async (a, b, c) => {
    const chain = new HookChain([marker("1", a), marker("2", b), marker("3", c)]);
    expect(texts(await chain.push([delta("x"), delta("y"), delta("z")]))).toEqual(["x321", "y321", "z321"]);
  });

  test("what a hook held back still passes the hooks outside it", async () => {
    const chain = new HookChain([marker("1"), holder(), marker("3")]);
    expect(texts(await chain.push([delta("x"), delta("y")]))).toEqual([]);
    expect(texts(await chain.end())).toEqual(["x31", "y31"]);
  });

  test("two holders flush inside out", async () => {
    const chain = new HookChain([marker("1"), holder(), holder()]);
    await chain.push([delta("x")]);
    // The inner holder's text reaches the outer holder only now, and leaves it when its own end is asked.
    expect(texts(await chain.end())).toEqual(["x1"]);
  });

  test.each([false, true])("no hook can swallow the error that ends an answer (waits: %s)", async (wait) => {
    const error: ChatEvent = { type: "error", error: new GraftError("upstream_failed", "gone") };
    const deaf: Hooks = { event: () => (wait ? Promise.resolve([]) : []) };
    expect(await new HookChain([marker("1"), deaf]).push([delta("x"), error])).toEqual([error]);
    const own: ChatEvent = { type: "error", error: new GraftError("internal", "mine") };
    const other: Hooks = { event: (event) => [event.type === "error" ? own : event] };
    expect(await new HookChain([other]).push([delta("x"), error])).toEqual([delta("x"), own]);
  });

  test.each([false, true])("a hook may hold back any number of events (waits: %s)", async (wait) => {
    const held = Array.from({ length: 300_000 }, () => delta("x"));
    const flood: Hooks = { event: () => (wait ? Promise.resolve(held) : held), end: () => held };
    expect(await new HookChain([flood]).push([delta("x"), delta("y")])).toHaveLength(600_000);
    expect(await new HookChain([flood]).end()).toHaveLength(300_000);
  });

  test("hooks that look at no events leave it idle", () => {
    expect(new HookChain([{ request: () => undefined }, {}]).idle).toBe(true);
    expect(new HookChain([{ end: () => [] }]).idle).toBe(false);
  });
});

describe("a hook that throws", () => {
  const fails = (on: string, wait: boolean): Hooks => ({
    event(event) {
      if (event.type !== "delta" || event.text !== on) return wait ? Promise.resolve([event]) : [event];
      const error = new GraftError("content_blocked", "no");
      if (wait) return Promise.reject(error);
      throw error;
    },
  });

  test.each([true, false])("ends the answer: what it let through goes on, nothing behind it (it waits: %s)", async (wait) => {
    const chain = new HookChain([marker("!"), fails("b", wait)]);
    expect(texts(await chain.push([delta("a"), delta("b"), delta("c")]))).toEqual(["a!", "error"]);
  });

  test("at the end as well, and the outer hooks still hand out what they hold", async () => {
    const failsLast: Hooks = {
      end() {
        throw new GraftError("content_blocked", "no");
      },
    };
    const chain = new HookChain([holder(), failsLast]);
    await chain.push([delta("a")]);
    expect(texts(await chain.end())).toEqual(["a", "error"]);
  });
});
