import type { ChatRequest, JsonObject } from "../../../plugins/core/chat";
import { encode, FLASH_25 } from "./request";

function google(fields: JsonObject, request: Partial<ChatRequest> = {}): ReturnType<typeof encode> {
  return encode({ ...request, extra: { extra_body: { google: fields } } }, FLASH_25);
}

it("Google's own thinking config is taken as it is, and wins", () => {
  const { body, dropped } = google(
    { thinking_config: { thinking_budget: 77, include_thoughts: true } },
    { reasoning: { effort: "low" } },
  );
  expect(body.generationConfig).toEqual({ thinkingConfig: { thinking_budget: 77, include_thoughts: true } });
  expect(dropped).toEqual(["reasoning_effort"]);
});

it("safety settings pass", () => {
  const safety_settings = [{ category: "HARM_CATEGORY_HARASSMENT", threshold: "BLOCK_NONE" }];
  expect(google({ safety_settings }).body["safetySettings"]).toEqual(safety_settings);
});

it.each<[JsonObject, string, string]>([
  [
    { extra_body: { google: { cached_content: "cachedContents/x" } } },
    "unsupported_parameter",
    "extra_body.google.cached_content",
  ],
  [{ extra_body: { google: { thinking_config: "low" } } }, "bad_request", "extra_body.google.thinking_config"],
  [{ extra_body: { google: { safety_settings: {} } } }, "bad_request", "extra_body.google.safety_settings"],
  [{ extra_body: { google: [] } }, "bad_request", "extra_body.google"],
  [{ extra_body: "x" }, "bad_request", "extra_body"],
])("%j is refused", (extra, kind, param) => {
  expect(() => encode({ extra })).toThrow(expect.objectContaining({ kind, options: { param } }) as Error);
});

it.each<[JsonObject, JsonObject, string[]]>([
  [{ service_tier: "flex" }, { serviceTier: "flex" }, []],
  [{ service_tier: "default" }, { serviceTier: "standard" }, []],
  [{ service_tier: "auto" }, {}, []],
  [{ service_tier: "scale" }, {}, ["service_tier"]],
  [{ modalities: ["text"] }, {}, []],
  [{ modalities: ["text", "image"] }, { generationConfig: { responseModalities: ["TEXT", "IMAGE"] } }, []],
  [{ modalities: "audio" }, {}, ["modalities"]],
  [
    { modalities: ["audio"], audio: { voice: "Kore", format: "wav", speed: 2 } },
    {
      generationConfig: {
        responseModalities: ["AUDIO"],
        speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
      },
    },
    ["audio.speed", "audio.format"],
  ],
  [
    { audio: { voice: { id: "Puck" }, format: "pcm16" } },
    { generationConfig: { speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Puck" } } } } },
    [],
  ],
  [{ store: false, metadata: null, stop_token_ids: [] }, {}, []],
  [{ store: true, verbosity: "low", __proto: 1 }, {}, ["store", "verbosity", "__proto"]],
  [{ extra_body: { other: 1, google: { labels: {} } } }, {}, ["extra_body.other", "extra_body.google.labels"]],
  [{ extra_body: null }, {}, []],
])("%j", (extra, expected, lost) => {
  const { body, dropped } = encode({ extra });
  expect(body).toEqual({ contents: [{ role: "user", parts: [{ text: "Hello" }] }], ...expected });
  expect(dropped).toEqual(lost);
});
