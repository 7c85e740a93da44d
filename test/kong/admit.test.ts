import { admit, type Ticket, TOKEN_HEADER } from "../../kong/admit";
import { Tickets } from "../../kong/tickets";
import { emptyConfig } from "../../plugins/config";
import { Gateway } from "../../plugins/gateway";
import { services } from "../support/exchange";
import { VirtualClock } from "../support/virtual-clock";

const gateway = new Gateway(emptyConfig(), "v1", services);

const ID = "0123456789abcdef0123456789abcdef";

function setUp() {
  const tickets = new Tickets<Ticket>(new VirtualClock());
  const identity = { consumer: undefined, credential: undefined, groupsFromAcl: false };
  const token = tickets.issue({ gateway, policy: "chat", groupsFromAcl: false, route: "r1", identity });
  const ask = (rawHeaders: string[], url = "/v1/chat/completions?key=1") =>
    admit({ method: "POST", url, rawHeaders }, tickets, (prefix) => `${prefix}new`);
  return { token, ask };
}

test("what it was let pass with, the path without query, the client's headers without ours", () => {
  const { token, ask } = setUp();
  const raw = ["X-Graft-Token", token, "X-Kong-Request-Id", ID, "X-Real-IP", "10.0.0.1", "X-Graft-Other", "x", "Accept", "a"];
  const admission = ask(raw);
  expect(admission).toMatchObject({ gateway, policy: "chat", client: { method: "POST", path: "/v1/chat/completions" } });
  expect(admission?.client).toMatchObject({ requestId: ID, caller: { id: "ip:10.0.0.1", anonymous: true } });
  expect({ ...admission?.client.headers }).toEqual({ "x-kong-request-id": ID, "x-real-ip": "10.0.0.1", accept: "a" });
});

test("a request id that Kong cannot have made is not believed", () => {
  for (const id of ["k-1", ID.toUpperCase(), `${ID}0`, `${ID}, ${ID}`]) {
    const { token, ask } = setUp();
    expect(ask([TOKEN_HEADER, token, "x-kong-request-id", id])?.client.requestId).toBe("req_new");
  }
});

test("once", () => {
  const { token, ask } = setUp();
  expect(ask([TOKEN_HEADER, token])).toBeDefined();
  expect(ask([TOKEN_HEADER, token])).toBeUndefined();
});

test.each([
  ["no header", (): string[] => []],
  ["an empty one", () => [TOKEN_HEADER, ""]],
  ["another", () => [TOKEN_HEADER, "A".repeat(22)]],
  ["it twice", (token: string) => [TOKEN_HEADER, token, TOKEN_HEADER.toUpperCase(), token]],
  ["it beside another", (token: string) => [TOKEN_HEADER, "x", TOKEN_HEADER, token]],
])("refused with %s, which uses nothing up", (_, raw) => {
  const { token, ask } = setUp();
  expect(ask(raw(token))).toBeUndefined();
  expect(ask([TOKEN_HEADER, token])).toBeDefined();
});

test("where Kong does not number its requests, we do", () => {
  const { token, ask } = setUp();
  expect(ask([TOKEN_HEADER, token])?.client.requestId).toBe("req_new");
});
