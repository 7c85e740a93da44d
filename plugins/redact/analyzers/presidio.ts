/** Microsoft Presidio's analyzer, or what speaks its HTTP API: `POST /analyze` for each text. */
import type { LookupFunction } from "node:net";
import { isObject, numberAt, parseJson, stringAt } from "../../core/read-json";
import type { PluginServices } from "../../define-plugin";
import { JsonEndpoint } from "../../web-calls/json-endpoint";
import type { Analyzer } from "../redactor";
import type { Region } from "../regions";
import { allOf } from "./all-of";
import { unitsOf } from "./code-points";
import type { AnalyzerConfig, PresidioConfig } from "./config";
import { type Piece, piecesOf } from "./pieces";
import { ourName, theirNames } from "./presidio-entities";

/** Presidio works on one text at a time in each of its workers; more only wait there. */
const AT_ONCE = 8;
/** Python's JSON takes half a character, what reads the text then does not. */
const HALF = /\p{Surrogate}/gu;

/** @throws Error when the URL leads where it may not */
export function presidio(
  { name, entities, timeout_ms, max_chars }: AnalyzerConfig,
  { url, token, language, score_threshold, allow_link_local }: PresidioConfig,
  { clock, newId }: Pick<PluginServices, "clock" | "newId">,
  lookup?: LookupFunction,
): Analyzer {
  const endpoint = new JsonEndpoint({
    url: `${url.replace(/\/+$/, "")}/analyze`,
    timeoutMs: timeout_ms,
    allowLinkLocal: allow_link_local,
    connections: AT_ONCE,
    ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    ...(lookup === undefined ? {} : { lookup }),
  });
  const asked = entities.length === 0 ? {} : { entities: entities.flatMap(theirNames) };

  async function inPiece({ text, start }: Piece, signal: AbortSignal): Promise<readonly Region[]> {
    const body = JSON.stringify({ text: text.replace(HALF, "\ufffd"), language, score_threshold, ...asked });
    const answer = await endpoint.post(body, { now: clock.now(), id: newId("analyze_"), signal });
    if (answer.status !== 200) throw new Error(`the analyzer answered with status ${answer.status}`);
    return readRegions(answer.text, text).map((region) => ({ ...region, start: region.start + start, end: region.end + start }));
  }

  return {
    name,
    async analyze(_, texts) {
      const pieces = piecesOf(texts, max_chars);
      const found: Region[][] = texts.map(() => []);
      // When one fails, the answers of the others are of no use.
      const failed = new AbortController();
      const signal = AbortSignal.any([failed.signal, AbortSignal.timeout(timeout_ms)]);
      try {
        const results = await allOf(pieces, AT_ONCE, signal, (piece) => inPiece(piece, signal));
        for (const [index, regions] of results.entries()) found[pieces[index]!.at]!.push(...regions);
      } finally {
        failed.abort();
      }
      return found;
    },
  };
}

/** May overlap. @throws Error where it is not what Presidio answers: nothing of it can be trusted then */
function readRegions(answer: string, text: string): readonly Region[] {
  const results = parseJson(answer);
  if (!Array.isArray(results)) throw new Error("the analyzer's answer is no list");
  const units = unitsOf(text);
  return results.map((result: unknown) => {
    const type = isObject(result) ? stringAt(result, "entity_type") : undefined;
    const start = placeAt(result, "start", units);
    const end = placeAt(result, "end", units);
    if (type === undefined || start === undefined || end === undefined || start >= end) {
      throw new Error("the analyzer's answer does not fit the text");
    }
    return { entity: ourName(type), start, end };
  });
}

function placeAt(result: unknown, key: string, units: (codePoints: number) => number | undefined): number | undefined {
  const place = isObject(result) ? numberAt(result, key) : undefined;
  return place === undefined || !Number.isInteger(place) || place < 0 ? undefined : units(place);
}
