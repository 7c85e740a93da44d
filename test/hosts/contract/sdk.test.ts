/** The official OpenAI SDK: what an application sees that changed one URL. */
import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { HOST_NAMES } from "../support/hosts";
import { KINDS, passThrough, threeProviders } from "../support/providers";
import { useHosts } from "../support/use-hosts";

const WEATHER = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const hi = [{ role: "user" as const, content: "hi" }];

const hosts = useHosts(
  (upstream) => ({
    providers: threeProviders(upstream),
    models: [{ name: "named", targets: [{ provider: "openai", model: "demo" }] }, ...passThrough()],
  }),
  // So that pieces of an answer do not travel together.
  { pauseMs: 2 },
);

describe.each(HOST_NAMES)("%s", (name) => {
  const host = hosts[name];

  describe.each(KINDS)("%s", (kind) => {
    const model = kind === "anthropic" ? "anthropic/claude-sonnet-4-5" : `${kind}/demo`;

    test("chat", async () => {
      const answer = await host.openai().chat.completions.create({ model, messages: [{ role: "user", content: "héllo 世界" }] });
      expect(answer.choices).toMatchObject([{ index: 0, finish_reason: "stop" }]);
      expect(answer.choices[0]?.message.content).toContain("héllo 世界");
      expect(answer.usage?.completion_tokens).toBeGreaterThan(0);
    });

    test("stream: pieces as they come, and their usage", async () => {
      const stream = await host.openai().chat.completions.create({
        model,
        stream: true,
        stream_options: { include_usage: true },
        messages: [{ role: "user", content: "count with me" }],
      });
      let text = "";
      let pieces = 0;
      let output = 0;
      for await (const chunk of stream) {
        const piece = chunk.choices[0]?.delta.content ?? "";
        text += piece;
        if (piece !== "") pieces += 1;
        output += chunk.usage?.completion_tokens ?? 0;
      }
      expect(text).toContain("count with me");
      expect(pieces).toBeGreaterThan(5);
      expect(output).toBeGreaterThan(5);
    });

    test.each([true, false])("parallel tool calls, their arguments whole, stream %s", async (stream) => {
      const { completions } = host.openai().chat;
      const request = { model, tools: [WEATHER], messages: [{ role: "user" as const, content: "weather in Paris and Rome" }] };
      const answer = stream
        ? await completions.stream({ ...request, stream: true }).finalChatCompletion()
        : await completions.create(request);
      const calls = answer.choices[0]?.message.tool_calls ?? [];
      expect(answer.choices[0]?.finish_reason).toBe("tool_calls");
      expect(new Set(calls.map((call) => call.id)).size).toBe(2);
      const asked = calls.map((call) =>
        call.type === "function" ? [call.function.name, JSON.parse(call.function.arguments)] : [],
      );
      expect(asked).toEqual([
        ["get_weather", { city: "Paris" }],
        ["get_weather", { city: "Rome" }],
      ]);
    });

    test("results of parallel calls find their way back, and the answer knows both", async () => {
      const { completions } = host.openai().chat;
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "weather in Paris and Rome" }];
      const { message } = (await completions.create({ model, tools: [WEATHER], messages })).choices[0] ?? {};
      if (message?.tool_calls === undefined) throw new Error("no calls");
      messages.push(message);
      for (const [index, call] of message.tool_calls.entries())
        messages.push({ role: "tool", tool_call_id: call.id, content: `${20 + index} degrees` });
      const answer = (await completions.create({ model, tools: [WEATHER], messages })).choices[0];
      expect(answer?.finish_reason).toBe("stop");
      for (const degrees of ["20 degrees", "21 degrees"]) expect(answer?.message.content).toContain(degrees);
    });

    test.each([true, false])("the tool loop of runTools, stream %s", async (stream) => {
      const asked: string[] = [];
      const parameters = {
        model,
        messages: [{ role: "user" as const, content: "weather in Paris" }],
        tools: [
          {
            type: "function" as const,
            function: {
              ...WEATHER.function,
              parse: JSON.parse,
              function: ({ city }: { city: string }) => {
                asked.push(city);
                return "22 degrees";
              },
            },
          },
        ],
      };
      const { completions } = host.openai().chat;
      const runner = stream ? completions.runTools({ ...parameters, stream: true }) : completions.runTools(parameters);
      expect(await runner.finalContent()).toContain("22 degrees");
      expect(asked).toEqual(["Paris"]);
    });

    test("structured output", async () => {
      const shape = z.object({ name: z.string(), age: z.number() });
      const answer = await host.openai().chat.completions.parse({
        model,
        messages: [{ role: "user", content: "a person" }],
        response_format: zodResponseFormat(shape, "person"),
      });
      expect(shape.safeParse(answer.choices[0]?.message.parsed).success).toBe(true);
    });

    test.each([
      ["do-429", OpenAI.RateLimitError, 429],
      ["do-503", OpenAI.InternalServerError, 503],
      // Our key was refused: nothing the application could mend.
      ["do-bad-key", OpenAI.InternalServerError, 502],
      ["do-html-error", OpenAI.InternalServerError, 502],
      ["do-context-length", OpenAI.BadRequestError, 400],
    ])("%s is the error its users catch", async (failing, type, status) => {
      const ask = host.openai().chat.completions.create({ model: `${kind}/${failing}`, messages: hi });
      const error = await ask.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject({ status, message: expect.stringMatching(/\w/) });
      if (failing === "do-429") expect((error as InstanceType<typeof type>).headers?.get("retry-after")).toBe("2");
      if (failing === "do-context-length") expect(error).toMatchObject({ code: "context_length_exceeded" });
      expect(String(error)).not.toContain("<html");
    });

    test("the SDK's own retry comes through as a request of its own", async () => {
      const headers = { "content-type": "application/json", "retry-after-ms": "20" };
      host.upstream.script({ do: "canned", status: 429, headers, pieces: ['{"error":{"message":"slow down"}}'] });
      const before = host.upstream.requests.length;
      const answer = await host.openai({ maxRetries: 2 }).chat.completions.create({ model, messages: hi });
      expect(answer.choices).toHaveLength(1);
      expect(host.upstream.requests).toHaveLength(before + 2);
    });
  });

  test("models: the list, and one", async () => {
    const { models } = host.openai();
    expect((await models.list()).data.map((model) => model.id)).toEqual(["named"]);
    expect(await models.retrieve("named")).toMatchObject({ id: "named", object: "model", owned_by: "openai" });
    // By pattern: not listed, but there.
    expect(await models.retrieve("openai/gpt-4o")).toMatchObject({ id: "openai/gpt-4o" });
    await expect(models.retrieve("nope")).rejects.toThrow(OpenAI.NotFoundError);
  });
});
