/** What images cost, by the rules that OpenAI, Anthropic and Google publish. */
import type { ImagePart } from "../core/chat";
import { type ImageSize, imageSize } from "./image-size";
import type { Size } from "./text-size";

export type ImageRule =
  /** Fit into 2048², then the short side to 768, then a base and so much for each tile of 512². `detail: low` is the base alone. */
  | { readonly kind: "tiles"; readonly base: number; readonly tile: number }
  /** So much for each patch of 32², 1536 patches at most. */
  | { readonly kind: "patches"; readonly multiplier: number }
  | { readonly kind: "area"; readonly pixelsPerToken: number; readonly most: number }
  /** One crop up to 384², else crops of two thirds of the short side, from 256 to 768. */
  | { readonly kind: "crops"; readonly crop: number }
  | { readonly kind: "flat"; readonly tokens: number };

/** What is assumed of an image we cannot look at. */
const USUAL: ImageSize = { width: 1024, height: 1024 };
const SMALLEST: ImageSize = { width: 1, height: 1 };
const LARGEST: ImageSize = { width: 4096, height: 2048 };

/** One figure where the image is in the request, else a range and a guess: URLs are never fetched. */
export function imageTokens({ source, detail }: ImagePart, rule: ImageRule): Size {
  const size = source.kind === "base64" ? imageSize(source.data) : undefined;
  const tokens = (of: ImageSize): number => tokensOf(rule, of, detail === "low");
  if (size === undefined || size.width * size.height === 0)
    return { low: tokens(SMALLEST), estimate: tokens(USUAL), high: tokens(LARGEST) };
  const known = tokens(size);
  return { low: known, estimate: known, high: known };
}

function tokensOf(rule: ImageRule, { width, height }: ImageSize, low: boolean): number {
  if (rule.kind === "flat") return rule.tokens;
  if (rule.kind === "area") return Math.min(rule.most, Math.ceil((width * height) / rule.pixelsPerToken));
  if (rule.kind === "patches") return Math.ceil(patches(width, height) * rule.multiplier);
  if (rule.kind === "tiles") return low ? rule.base : rule.base + rule.tile * tiles(width, height);
  if (width <= 384 && height <= 384) return rule.crop;
  const unit = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
  // Pictures like ribbons are scaled down at some point; no provider says where.
  return rule.crop * Math.min(64, Math.ceil(width / unit) * Math.ceil(height / unit));
}

function tiles(width: number, height: number): number {
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const scale = fit * Math.min(1, 768 / (fit * Math.min(width, height)));
  return Math.ceil((width * scale) / 512) * Math.ceil((height * scale) / 512);
}

const MOST_PATCHES = 1536;

function patches(width: number, height: number): number {
  return Math.min(MOST_PATCHES, Math.ceil(width / 32) * Math.ceil(height / 32));
}
