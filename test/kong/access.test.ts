import { type AccessKong, access, type Opened } from "../../kong/access";
import type { Ticket } from "../../kong/admit";
import type { Consumer, Credential } from "../../kong/pdk";
import type { Route } from "../../kong/routes";
import { Tickets } from "../../kong/tickets";
import { emptyConfig } from "../../plugins/config";
import { Gateway } from "../../plugins/gateway";
import { createLogger } from "../../plugins/observe/log";
import { services } from "../support/exchange";
import { VirtualClock } from "../support/virtual-clock";

const gateway = new Gateway(emptyConfig(), "v1", services);
const ROUTE: Route = { gateway, policy: "chat", groupsFromAcl: true, route: undefined };

type Fault = "throws" | "rejects" | "never";

interface Kongs {
  readonly consumer?: Consumer | null;
  readonly credential?: Credential | null;
  /** Which call fails, and how. */
  readonly fails?: { readonly at: string; readonly how: Fault };
}

/** A Kong that notes what is asked of it. */
function fakeKong({ consumer, credential, fails }: Kongs = {}) {
  const calls: { readonly method: string; readonly args: readonly unknown[] }[] = [];
  const answer = <T>(method: string, args: readonly unknown[], result: T): Promise<T> => {
    calls.push({ method, args });
    if (fails?.at !== method) return Promise.resolve(result);
    if (fails.how === "throws") throw new Error(`${method} failed`);
    return fails.how === "rejects" ? Promise.reject(new Error(`${method} failed`)) : new Promise(() => {});
  };
  const kong: AccessKong = {
    client: {
      getConsumer: () => answer("getConsumer", [], consumer),
      getCredential: () => answer("getCredential", [], credential),
    },
    service: {
      setTarget: (...args) => answer("setTarget", args, undefined),
      request: { setHeader: (...args) => answer("setHeader", args, undefined) },
    },
    response: { exit: (...args) => answer("exit", args, undefined) },
  };
  return { kong, calls, methods: () => calls.map(({ method }) => method) };
}

function fakeHost() {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger("info", { write: (text) => void lines.push(JSON.parse(text)) });
  const tickets = new Tickets<Ticket>(new VirtualClock());
  const host: Opened["host"] = { runtime: { logger }, tickets, relay: { host: "127.0.0.1", port: 4711 } };
  return { host, lines, tickets };
}

const opens = (host: Opened["host"], route: Route | undefined) => async (): Promise<Opened> => ({ host, route });

const CREDENTIAL = { id: "c-1", key: "very-secret" };
const ALICE = { id: "1", username: "alice" };

test("a consumer: three calls, and a ticket that says who it is", async () => {
  const { host, tickets, lines } = fakeHost();
  const { kong, calls, methods } = fakeKong({ consumer: ALICE, credential: CREDENTIAL });
  await access(kong, opens(host, ROUTE));
  expect(methods()).toEqual(["getConsumer", "setTarget", "setHeader"]);
  expect(calls[1]?.args).toEqual(["127.0.0.1", 4711]);
  const [name, token] = calls[2]?.args ?? [];
  expect(name).toBe("x-graft-token");
  expect(tickets.redeem(String(token))).toEqual({
    ...ROUTE,
    identity: { consumer: ALICE, credential: undefined, groupsFromAcl: true },
  });
  expect(lines).toEqual([]);
});

test.each([undefined, null])("no consumer (%p): a fourth call, for the credential", async (consumer) => {
  const { host, tickets } = fakeHost();
  const { kong, calls, methods } = fakeKong({ ...(consumer === null && { consumer }), credential: CREDENTIAL });
  await access(kong, opens(host, ROUTE));
  expect(methods()).toEqual(["getConsumer", "getCredential", "setTarget", "setHeader"]);
  expect(tickets.redeem(String(calls[3]?.args[1]))?.identity).toEqual({
    consumer: undefined,
    credential: CREDENTIAL.id,
    groupsFromAcl: true,
  });
});

function expectRefusal({ calls, methods }: ReturnType<typeof fakeKong>, status: number): void {
  expect(methods().filter((method) => method === "exit")).toHaveLength(1);
  expect(methods().at(-1)).toBe("exit");
  const [seen, body, headers] = calls.at(-1)?.args ?? [];
  expect(seen).toBe(status);
  expect(JSON.parse(String(body))).toMatchObject({ error: { type: "server_error", message: expect.stringMatching(/\w/) } });
  expect(headers).toMatchObject({ "content-type": "application/json" });
}

describe("a call fails", () => {
  const faults = ["getConsumer", "getCredential", "setTarget", "setHeader"].flatMap((at) =>
    (["throws", "rejects"] as const).map((how) => [at, how] as const),
  );

  test.each(faults)("%s %s: refused, once, and nothing after it", async (at, how) => {
    const { host, lines } = fakeHost();
    const fake = fakeKong({ credential: CREDENTIAL, fails: { at, how } });
    await access(fake.kong, opens(host, ROUTE));
    expectRefusal(fake, 503);
    expect(lines).toEqual([expect.objectContaining({ level: "error", msg: "a request could not be taken" })]);
    // What went wrong is not the client's to know, and credentials nobody's.
    expect(JSON.stringify(fake.calls)).not.toContain("failed");
    expect(JSON.stringify(lines)).not.toContain("very-secret");
  });

  test("a call that never comes back: nothing else happens", async () => {
    const { host, tickets } = fakeHost();
    const fake = fakeKong({ fails: { at: "setTarget", how: "never" } });
    void access(fake.kong, opens(host, ROUTE));
    await new Promise(setImmediate);
    expect(fake.methods()).toEqual(["getConsumer", "getCredential", "setTarget"]);
    expect(tickets.size).toBe(0);
  });

  test.each(["throws", "rejects"] as const)("the refusal %s as well: that is all", async (how) => {
    const { host } = fakeHost();
    for (const route of [undefined, ROUTE]) {
      const fake = fakeKong({ fails: { at: "exit", how } });
      if (route !== undefined) fake.kong.client.getConsumer = () => Promise.reject(new Error("gone"));
      await expect(access(fake.kong, opens(host, route))).resolves.toBeUndefined();
      expect(fake.methods()).toEqual(["exit"]);
    }
  });
});

test("a configuration that cannot work: 500, and Kong is asked nothing", async () => {
  const { host, lines } = fakeHost();
  const fake = fakeKong({ consumer: ALICE });
  await access(fake.kong, opens(host, undefined));
  expect(fake.methods()).toEqual(["exit"]);
  expectRefusal(fake, 500);
  // It was said when the instance started.
  expect(lines).toEqual([]);
});

describe("no host", () => {
  let printed: jest.SpyInstance;

  beforeEach(() => {
    printed = jest.spyOn(console, "error").mockImplementation(() => {});
  });

  afterEach(() => printed.mockRestore());

  test.each<[string, () => Promise<Opened>]>([
    ["it could not start", () => Promise.reject(new Error("port taken"))],
    [
      "the way to it throws",
      () => {
        throw new Error("port taken");
      },
    ],
    ["for a reason that is no error", () => Promise.reject("port taken")],
  ])("%s: refused, and the reason printed", async (_, open) => {
    const fake = fakeKong({ consumer: ALICE });
    await access(fake.kong, open);
    expectRefusal(fake, 503);
    expect(printed).toHaveBeenCalledTimes(1);
    expect(printed.mock.calls[0]?.[0]).toContain("port taken");
    expect(JSON.stringify(fake.calls)).not.toContain("port taken");
  });
});
