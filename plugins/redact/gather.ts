/**
 * All texts of a request's JSON in one, for a first look: where nothing is found in it the request goes out as it came. Fields nobody
 * here knows are in it as well, because they would go out with the rest.
 */
import type { JsonObject } from "../core/chat";
import { isObject } from "../core/read-json";
import { viewsOf } from "./views";
import { namesMedia } from "./walk/media";

export interface Gathered {
  readonly text: string;
  /** The same one by one. */
  readonly values: readonly string[];
  /** There are files, images or sounds in it: what is in those is not in `text`. */
  readonly media: boolean;
  /** There are integers in it that lost digits when they were parsed. */
  readonly inexact: boolean;
}

/** Nothing that is looked for goes over it, nor do the words around a finding that count. */
const BETWEEN = `\n${"\0".repeat(64)}\n`;
/** Deeper requests are refused before, but JSON within their texts may be anything. */
const DEEPEST = 200;

export function gather(request: unknown): Gathered {
  const gatherer = new Gatherer();
  gatherer.add(request, "", 0);
  return gatherer;
}

/**
 * Most texts are there twice: alone, and as they stand in their JSON. Names and neighbours there may say what they are, as well as that
 * they are something else (`"id":"030 1234567"`), and a closer look sees some in the one way and some in the other.
 */
class Gatherer implements Gathered {
  #alone = "";
  #json = "";
  #inMessages = false;
  readonly values: string[] = [];
  media = false;
  inexact = false;

  get text(): string {
    return this.#alone + this.#json;
  }

  add(value: unknown, key: string, depth: number): void {
    if (typeof value === "string") this.#string(value, key, depth);
    else if (typeof value === "number") this.#number(value);
    else if (depth > DEEPEST) this.media = true;
    else if (Array.isArray(value)) this.#list(value, depth);
    else if (isObject(value)) this.#object(value, depth);
    else this.#json += `${value},`;
  }

  #list(list: readonly unknown[], depth: number): void {
    this.#json += "[";
    for (const item of list) this.add(item, "", depth + 1);
    this.#json += "],";
  }

  #object(object: JsonObject, depth: number): void {
    this.#json += "{";
    for (const name in object) {
      this.values.push(name);
      this.#json += `"${name}":`;
      if (depth === 0) this.#inMessages = name === "messages";
      if (namesMedia(name)) this.media = true;
      this.add(object[name], name, depth + 1);
    }
    this.#json += "},";
  }

  #string(value: string, key: string, depth: number): void {
    if (isMedia(value, key)) {
      this.media = true;
      return;
    }
    this.#put(value);
    // What is long in nearly every request stands alone in a closer look.
    if (!this.#inMessages || depth > MESSAGE_DEPTH || !MESSAGE_TEXTS.has(key)) this.#json += `"${value}",`;
    if (!value.includes("\\")) return;
    for (const view of viewsOf(value).slice(1)) this.#put(view.text);
  }

  #number(value: number): void {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) this.inexact = true;
    this.#put(String(value));
    this.#json += `${value},`;
  }

  #put(value: string): void {
    this.values.push(value);
    this.#alone += value + BETWEEN;
  }
}

/** `messages[0].content[0].text`, `messages[0].tool_calls[0].function.arguments`. */
const MESSAGE_TEXTS = new Set(["content", "text", "arguments"]);
const MESSAGE_DEPTH = 6;

/** The closer look reads what is text in it. */
function isMedia(value: string, key: string): boolean {
  return key === "file_data" || key === "data" || /^\s{0,16}data:/i.test(value);
}
