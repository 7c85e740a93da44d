/** Who gets whose answers: nobody those of another tenant, and nobody another's words in an answer that is shared. */

import type { HostName } from "../../../plugins/core/host";
import { expectError, said, text } from "../../e2e/support/ask";
import type { FakeUpstream } from "../../upstream/fake-upstream";
import type { Seen } from "../../upstream/raw-client";
import { onAllHosts, reload, silent, steady } from "../limits/support";
import { HOST, type HostSetup } from "../support/hosts";
import { ALICE, BOB, CAROL, DAVE, type Person } from "../support/people";
import { KINDS, passThrough, provider } from "../support/providers";
import { type HostUnderTest, useHosts } from "../support/use-hosts";
import { asking, cacheOf, calls, hit, STREAMED, streamOf } from "./support";

jest.setTimeout(30_000);

const setup =
  (scope: string) =>
  (upstream: FakeUpstream, name: HostName): HostSetup => ({
    providers: Object.fromEntries(KINDS.map((kind) => [kind, { ...steady(upstream), ...provider(kind, upstream) }])),
    models: passThrough(),
    policy: {
      plugins: {
        cache: { scope, tool_calls: true },
        redact: {},
        guard: {
          rules: [
            {
              name: "not-for-bob",
              kind: "pattern",
              on: "output",
              pattern: { deny: ["secret plan"] },
              match: { callers: [HOST[name].callerId(BOB)] },
            },
          ],
        },
      },
    },
    authenticates: "groups",
  });

const hosts = useHosts(setup("policy"));

const EMAIL = { alice: "ann.adams@example.com", bob: "bob.b@example.org", carol: "carol+c@example.net" };

onAllHosts(hosts, (host: HostUnderTest, add) => {
  const ask = (
    person: Person,
    content: string,
    more: Readonly<Record<string, unknown>> = {},
    model = "openai/demo",
  ): Promise<Seen> =>
    host.ask(asking(model, content, more), { headers: { authorization: `Bearer ${HOST[host.name].keyOf(person)}` } });
  const kept = (person: Person, content: string) => hit(() => ask(person, content));

  for (const kind of KINDS) {
    add(`${kind}: one answer for two, and each has the own values in it`, async () => {
      const model = `${kind}/demo`;
      const letter = (email: string) => `Write to ${email}, for me.`;
      const first = await ask(ALICE, letter(EMAIL.alice), {}, model);
      expect(said(first)).toContain(letter(EMAIL.alice));
      await hit(() => ask(ALICE, letter(EMAIL.alice), {}, model));
      for (const [person, email] of [
        [BOB, EMAIL.bob],
        [CAROL, EMAIL.carol],
      ] as const) {
        for (const more of [{}, STREAMED]) {
          const { got, calls: made } = await calls(host, () => ask(person, letter(email), more, model));
          expect([cacheOf(got), made]).toEqual(["hit", 0]);
          expect(said(got)).toContain(letter(email));
          expect(text(got)).not.toContain(EMAIL.alice);
          expect(said(got)).toBe(said(first).replaceAll(EMAIL.alice, email));
        }
      }
      const sent = host.upstream.requests.map(({ body }) => body.toString("utf8")).join();
      for (const email of Object.values(EMAIL)) expect(sent).not.toContain(email);
    });
  }

  add("values that stand in other places are another question", async () => {
    await ask(ALICE, `From ${EMAIL.alice} to ${EMAIL.bob}`);
    const swapped = await hit(() => ask(BOB, `From ${EMAIL.bob} to ${EMAIL.alice}`));
    expect(said(swapped)).toContain(`From ${EMAIL.bob} to ${EMAIL.alice}`);
    expect(cacheOf(await ask(BOB, `From ${EMAIL.bob} to ${EMAIL.bob}`))).toBe("miss");
    expect(cacheOf(await ask(BOB, `From <EMAIL_1> to <EMAIL_2>`))).toBe("miss");
  });

  add("arguments of a call that was kept have the own values in them", async () => {
    const tools = [
      {
        type: "function",
        function: {
          name: "mail",
          parameters: { type: "object", properties: { to: { type: "string", enum: ["<EMAIL_1>"] } }, required: ["to"] },
        },
      },
    ];
    const mail = (email: string) => ({ tools: JSON.parse(JSON.stringify(tools).replace("<EMAIL_1>", email)) as unknown[] });
    const first = await ask(ALICE, "Mail it.", mail(EMAIL.alice));
    expect(text(first)).toContain(`{\\"to\\":\\"${EMAIL.alice}\\"}`);
    const second = await hit(() => ask(BOB, "Mail it.", mail(EMAIL.bob)));
    expect(text(second)).toContain(`{\\"to\\":\\"${EMAIL.bob}\\"}`);
    expect(text(second)).not.toContain(EMAIL.alice);
  });

  add("the guard looks at an answer from the cache as at any other", async () => {
    host.upstream.script(silent("This is the secret plan."));
    expect(said(await ask(ALICE, "What is the plan?"))).toBe("This is the secret plan.");
    await kept(ALICE, "What is the plan?");
    const { got, calls: made } = await calls(host, () => ask(BOB, "What is the plan?"));
    expectError(got, { status: 400, code: "content_policy_violation" });
    expect([text(got), made]).toEqual([expect.not.stringContaining("secret"), 0]);
    const streamed = await ask(BOB, "What is the plan?", { stream: true });
    expect(text(streamed)).toContain("content_policy_violation");
    expect(text(streamed)).not.toContain("secret");
    expect(said(await ask(ALICE, "What is the plan?"))).toBe("This is the secret plan.");
  });

  add("an answer that its first client may not have is kept for nobody", async () => {
    for (const stream of [false, true]) {
      const content = `What is the other plan, ${stream ? "streamed" : "whole"}?`;
      host.upstream.script(stream ? streamOf(["It is the sec", "ret plan", "."]) : silent("It is the secret plan."));
      const refused = await ask(BOB, content, { stream });
      expect(text(refused)).toContain("content_policy_violation");
      await host.record(refused);
      expect(cacheOf(await ask(ALICE, content))).toBe("miss");
    }
  });

  add("scope: policy, team, caller", async () => {
    const statuses = async (people: readonly Person[], content: string) => {
      const found: unknown[] = [];
      for (const person of people) {
        const seen = await ask(person, content);
        await host.record(seen);
        found.push(cacheOf(seen));
      }
      return found;
    };
    expect(await statuses([ALICE, BOB, CAROL, DAVE], "Who shares?")).toEqual(["miss", "hit", "hit", "hit"]);
    await reload(host.running, setup("team")(host.upstream, host.name));
    // What was kept under one scope is not found under another.
    expect(await statuses([ALICE, BOB, CAROL, DAVE, ALICE], "Who shares?")).toEqual(["miss", "miss", "miss", "hit", "hit"]);
    await reload(host.running, setup("caller")(host.upstream, host.name));
    const people = [ALICE, BOB, CAROL, DAVE];
    expect(await statuses([...people, ...people], "Who shares now?")).toEqual([
      ...Array(4).fill("miss"),
      ...Array(4).fill("hit"),
    ]);
    // At the same time as well: nobody follows another's call.
    const at = await calls(host, () => Promise.all(people.map((person) => ask(person, "At once"))));
    expect([at.calls, at.got.map(cacheOf)]).toEqual([4, Array(4).fill("miss")]);
  });
});
