/** What clients must not send never reaches a provider, and comes back to them as they wrote it; on every host, in every provider's format. */
import fc from "fast-check";
import { question, said } from "../../e2e/support/ask";
import type { Canned } from "../../upstream/behaviour";
import { onAllHosts, silent } from "../limits/support";
import type { HostSetup } from "../support/hosts";
import { KINDS, passThrough, threeProviders } from "../support/providers";
import { type HostUnderTest, useHosts } from "../support/use-hosts";

jest.setTimeout(60_000);

const EMAIL = "Jörg.Müller+ai@example-firma.de";
const CARD = "4012 8888 8888 1881";
const IBAN = "DE89 3704 0044 0532 0130 00";
const KEY = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}-AA`;
const PLANTED = [EMAIL, CARD, IBAN, KEY];

const hosts = useHosts(
  (upstream): HostSetup => ({
    providers: threeProviders(upstream),
    models: [
      ...passThrough(),
      {
        name: "falls-back",
        targets: [
          { provider: "openai", model: "do-503" },
          { provider: "anthropic", model: "claude-x" },
          { provider: "gemini", model: "flash" },
        ],
      },
    ],
    policy: { plugins: { redact: {} } },
  }),
);

const asked = (content: string, model: string, more: object = {}) => ({
  ...question(model),
  messages: [{ role: "user", content }],
  ...more,
});

/** All bytes that providers got since the first `before` requests, with JSON's escapes undone. */
function received(host: HostUnderTest, before: number): string {
  return host.upstream.requests
    .slice(before)
    .map(({ body, path, headers }) => `${path} ${JSON.stringify(headers)} ${body.toString("utf8")} ${unescaped(body)}`)
    .join("\n");
}

function unescaped(body: Buffer): string {
  const strings: string[] = [];
  JSON.parse(body.toString("utf8"), (key, value: unknown) => {
    strings.push(key);
    if (typeof value === "string" || typeof value === "number") strings.push(String(value));
    return value;
  });
  return strings.join("\n");
}

function leaks(text: string): string[] {
  return PLANTED.filter((value) => text.includes(value) || text.replace(/[\s-]/g, "").includes(value.replace(/[\s-]/g, "")));
}

/** A tool call whose arguments come in pieces that cut a placeholder and an escape. */
function callWith(pieces: readonly string[]): Canned {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const call = (more: object) => ({ tool_calls: [{ index: 0, ...more }] });
  return {
    do: "canned",
    headers: { "content-type": "text/event-stream" },
    pieces: [
      chunk({ role: "assistant", ...call({ id: "c1", type: "function", function: { name: "mail", arguments: "" } }) }),
      ...pieces.map((piece) => chunk(call({ function: { arguments: piece } }))),
      chunk({}, "tool_calls"),
      "data: [DONE]\n\n",
    ],
  };
}

onAllHosts(hosts, (host, add) => {
  for (const kind of KINDS) {
    for (const stream of [false, true]) {
      add(`${kind}, ${stream ? "streamed" : "whole"}: nothing leaves, all comes back`, async () => {
        const before = host.upstream.requests.length;
        const seen = await host.ask(
          asked(`Write to ${EMAIL}, card ${CARD}, account ${IBAN}, key ${KEY}.`, `${kind}/some`, { stream }),
        );
        expect(seen.status).toBe(200);
        const sent = received(host, before);
        expect(leaks(sent)).toEqual([]);
        expect(sent).toContain("<EMAIL_1>");
        expect(said(seen)).toContain(`Write to ${EMAIL}, card ${CARD}, account ${IBAN}, key ${KEY}.`);
        expect(said(seen)).not.toMatch(/_1>/);
      });
    }
  }

  add("every attempt gets the redacted request", async () => {
    const before = host.upstream.requests.length;
    const seen = await host.ask(asked(`I am ${EMAIL}`, "falls-back"));
    expect([seen.status, seen.headers["x-graft-attempts"]]).toEqual([200, "2"]);
    expect(host.upstream.requests.length - before).toBe(2);
    expect(leaks(received(host, before))).toEqual([]);
    expect(said(seen)).toContain(`I am ${EMAIL}`);
  });

  add("places an application does not think of are covered", async () => {
    const before = host.upstream.requests.length;
    host.upstream.script(silent("fine"));
    const seen = await host.ask({
      ...asked("hi", "openai/some"),
      user: EMAIL,
      metadata: { contact: EMAIL },
      x_unknown: { deep: [{ er: `see ${CARD}` }] },
      tools: [
        {
          type: "function",
          function: {
            name: "f",
            description: `for ${EMAIL}`,
            parameters: { type: "object", properties: { a: { enum: [IBAN] } } },
          },
        },
      ],
      tool_choice: "none",
      messages: [
        { role: "system", content: `You help ${EMAIL}` },
        { role: "user", content: [{ type: "text", text: `key ${KEY}` }] },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            {
              id: "c1",
              type: "function",
              function: { name: "f", arguments: JSON.stringify({ to: EMAIL, card: 4012888888881881 }) },
            },
          ],
        },
        { role: "tool", tool_call_id: "c1", content: `sent to ${EMAIL}` },
        { role: "user", content: "and now?" },
      ],
    });
    expect(seen.status).toBe(200);
    expect(leaks(received(host, before))).toEqual([]);
    expect(received(host, before)).toContain("x_unknown");
  });

  add("arguments of tool calls come back as valid JSON, whatever the split", async () => {
    host.upstream.script(callWith(['{"to":"<EMA', "IL", '_1>","note":"a \\', "u003cemail 1\\u003", 'e b"}']));
    const seen = await host.ask(asked(`Mail "${EMAIL}"`, "openai/some", { stream: true }));
    const text = seen.body
      .toString("utf8")
      .split("\n\n")
      .filter((event) => event.startsWith("data: {"))
      .map(
        (event) =>
          JSON.parse(event.slice(6)) as { choices: { delta: { tool_calls?: { function?: { arguments?: string } }[] } }[] },
      )
      .map(({ choices }) => choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "")
      .join("");
    expect(JSON.parse(text)).toEqual({ to: EMAIL, note: `a ${EMAIL} b` });
  });

  add("records tell kinds and numbers, and no value is in any log line", async () => {
    const seen = await host.ask(asked(`From ${EMAIL} and again ${EMAIL}, card ${CARD}`, "openai/some"));
    const record = await host.record(seen);
    expect(record["facts"]).toContainEqual(
      expect.objectContaining({ kind: "entity-found", entity: "email", action: "placeholder", direction: "request" }),
    );
    expect(leaks(JSON.stringify(host.running.records))).toEqual([]);
  });

  add("a request without anything to hide passes as its own bytes", async () => {
    const body = `{ "messages":[{"role":"user","content":"plain w\\u006frds"}],\n "model" : "openai/some", "n":1 }`;
    const before = host.upstream.requests.length;
    const seen = await host.ask(Buffer.from(body), { headers: { "content-type": "application/json" } });
    expect(seen.status).toBe(200);
    expect(host.upstream.requests[before]?.body.toString("utf8")).toBe(body.replace("openai/some", "some"));
  });

  add("any text, any of what is planted in it, any provider", async () => {
    const piece = fc.oneof(
      fc.constantFrom(...PLANTED),
      fc.constantFrom("<EMAIL_1>", "&lt;email 2&gt;", "{", '"', "\\", "\n", " é ", "𝟙"),
      fc.string({ maxLength: 12 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(" ").slice(0, 380)),
        fc.constantFrom(...KINDS),
        fc.boolean(),
        async (content, kind, stream) => {
          const before = host.upstream.requests.length;
          const seen = await host.ask(asked(content, `${kind}/some`, { stream }));
          expect(seen.status).toBe(200);
          expect(leaks(received(host, before)).filter((value) => content.includes(value))).toEqual([]);
          // The demo quotes all of it, or says nothing of an empty text.
          if (content.trim() !== "") expect(said(seen)).toContain(content.trim());
        },
      ),
      { numRuns: 40, seed: 7 },
    );
  });
});
