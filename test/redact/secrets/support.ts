/** What detectors find, as text. */
import type { Detector } from "../../../plugins/redact/detectors/detector";
import { Scan } from "../../../plugins/redact/detectors/scan";
import { SECRETS } from "../../../plugins/redact/detectors/secrets";

export const SETTINGS = { regions: [] };

export function found(detector: Detector, text: string): string[] {
  return detector.find(new Scan(text), SETTINGS).map(({ start, end }) => text.slice(start, end));
}

/** By all of them, with what they call it. */
export function secretsIn(text: string): { entity: string; value: string }[] {
  return SECRETS.flatMap((detector) => found(detector, text).map((value) => ({ entity: detector.entity, value })));
}

const HEX = "0123456789abcdef";
export const ALPHABETS = {
  hex: HEX,
  alnum: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  base36: "abcdefghijklmnopqrstuvwxyz0123456789",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
  base32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
  digits: "0123456789",
} as const;

/** Drawn at random from a seed, so that no key stands in a file: the same for the same seed. */
export function drawn(length: number, alphabet: keyof typeof ALPHABETS = "alnum", seed = 1): string {
  const characters = ALPHABETS[alphabet];
  let state = (seed * 2654435761 + length * 40503 + 1) >>> 0;
  let text = "";
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += characters[Math.floor((state / 2 ** 32) * characters.length)];
  }
  return text;
}
