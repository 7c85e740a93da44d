import { Exchange } from "../../../plugins/core/exchange";

export function anExchange(): Exchange {
  return new Exchange({
    id: "ex_1",
    policy: "test",
    configVersion: "v1",
    client: {
      method: "POST",
      path: "/v1/chat/completions",
      headers: {},
      caller: { id: "test:|caller", anonymous: false, groups: [], tags: [], ip: "192.0.2.1" },
      requestId: "req-1",
    },
    startedAt: 0,
  });
}
