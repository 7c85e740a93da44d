/** Answers that must be JSON of a given form. */
import { z } from "zod";
import type { ChatRequest } from "../../core/chat";
import { GraftError } from "../../core/errors";
import { parseJson } from "../../core/read-json";
import type { Fault } from "../../define-plugin";
import { compileSchema, type Validator } from "../json-schema";
import { defineKind } from "../rule";

const config = z
  .strictObject({
    json_schema: z
      .string()
      .min(2)
      .max(65_536)
      .optional()
      .describe(
        "JSON Schema of answers, as JSON text. Default: the one that the request asks for in `response_format`; requests without one pass.",
      ),
  })
  .describe(
    "For `kind: schema`. Answers of text must be JSON that fits a schema; tool calls and refusals need not. Needs the whole answer.",
  );

export const schema = defineKind({
  name: "schema",
  config,
  on: ["output"],
  roles: [],
  whole: () => true,
  check({ json_schema }) {
    const faults: Fault[] = [];
    if (json_schema === undefined) return faults;
    try {
      compileSchema(parseJson(json_schema));
    } catch (thrown) {
      faults.push({ path: ["json_schema"], message: thrown instanceof Error ? thrown.message : String(thrown) });
    }
    return faults;
  },
  create({ json_schema }) {
    const fixed = json_schema === undefined ? undefined : compileSchema(parseJson(json_schema));
    return {
      wish: "The last answer was not JSON of the form that was asked for. Answer again with such JSON and nothing else.",
      admit(request) {
        if (fixed === undefined) ofRequest(request);
      },
      answer({ exchange, choices }) {
        const validator = fixed ?? ofRequest(exchange.request);
        if (validator === undefined) return undefined;
        return choices.every(({ text }) => text.trim() === "" || fits(text, validator)) ? undefined : {};
      },
    };
  },
});

/** @throws GraftError for a schema that cannot be checked in full: said before the request is sent */
function ofRequest({ responseFormat }: ChatRequest): Validator | undefined {
  if (responseFormat?.kind !== "json-schema") return undefined;
  try {
    return compileSchema(responseFormat.schema);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : "it cannot be read";
    throw new GraftError("unsupported_parameter", `Answers cannot be checked against this JSON Schema: ${why}.`, {
      param: "response_format",
    });
  }
}

function fits(text: string, validator: Validator): boolean {
  const value = parseJson(text);
  return value !== undefined && validator(value);
}
