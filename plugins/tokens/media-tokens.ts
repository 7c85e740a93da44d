/** Audio and documents: nobody can know their tokens from outside, so these are guesses with wide ranges. */
import type { AudioPart, FilePart } from "../core/chat";
import type { Size } from "./text-size";

/** Bytes a second: MP3 and the like at 128 kbit/s, WAV as speech usually is (16 bit, 24 kHz). */
const COMPRESSED_SECOND = 16_000;
const WAV_SECOND = 48_000;

export function audioTokens({ data, format }: AudioPart, perSecond: number): Size {
  // Earlier answers, by id: half a minute, say.
  const seconds =
    data === undefined ? 30 : Buffer.byteLength(data, "base64") / (format === "wav" ? WAV_SECOND : COMPRESSED_SECOND);
  return guess(Math.ceil(seconds * perSecond));
}

const PAGE_BYTES = 40_000;
/** Text and picture of a page. */
const PAGE_TOKENS = 2_000;
const UNSEEN_PAGES = 3;
/** What providers read of one document, about: a large one is pictures rather than thousands of pages. */
const MOST_PAGES = 100;

export function fileTokens({ source }: FilePart): Size {
  if (source.kind !== "base64") return guess(UNSEEN_PAGES * PAGE_TOKENS);
  const bytes = Buffer.byteLength(source.data, "base64");
  if (source.mediaType.startsWith("text/") || source.mediaType.endsWith("json")) return guess(Math.ceil(bytes / 4));
  return guess(Math.min(MOST_PAGES, Math.ceil(bytes / PAGE_BYTES)) * PAGE_TOKENS);
}

function guess(estimate: number): Size {
  return { low: Math.floor(estimate / 8), estimate, high: 4 * estimate };
}
