/**
 * The demo's answer to a prompt, the same for every wire format. Deterministic, and simple enough to predict:
 *
 * - tools offered, no tool result this turn → the first tool (or the one that is forced) is called with arguments made from its
 *   schema; "… in Paris and Rome" with a tool that takes a place → one call for each place, unless parallel calls are off
 * - a schema asked for → an instance of it; JSON asked for → `{"answer": …}`
 * - else a sentence that says who answered and quotes what arrived: instructions, media, tool results, the user's words
 */
import type { JsonObject } from "../plugins/core/chat";
import { isObject } from "../plugins/core/read-json";
import { exampleOf, wantsPlace } from "./schema-example";
import type { DemoAnswer, DemoCall, DemoPrompt, DemoUsage } from "./wire";

const MAX_CALLS = 8;
const MAX_QUOTE = 400;

export function think(prompt: DemoPrompt, choice: number): DemoAnswer {
  const thoughts = prompt.thinks ? piecesOf(`The user wrote ${countTokens(prompt.userText)} words. A demo needs no more.`) : [];
  const calls = callsFor(prompt);
  const [text, stoppedBy] = stopAt(textFor(prompt, calls, choice), prompt.stop);
  return cutTo({ thoughts, text: piecesOf(text), calls, ...(stoppedBy === undefined ? {} : { stoppedBy }) }, prompt.maxTokens);
}

export function usageOf(prompt: DemoPrompt, answers: readonly DemoAnswer[]): DemoUsage {
  const thoughts = sum(answers.map((answer) => answer.thoughts.length));
  const output = sum(answers.map((answer) => answer.text.length + sum(answer.calls.map(costOf))));
  return { input: sum(prompt.texts.map(countTokens)) + prompt.media.length * 100, output: output + thoughts, thoughts };
}

/** A token is a word with the white space after it, or sixteen characters of a longer one. Joined, pieces are the text again. */
export function piecesOf(text: string): string[] {
  return text.match(/\S{1,16}\s?|\s+/gu) ?? [];
}

/** About as many as `piecesOf` would make, without making them: prompts are long. */
function countTokens(text: string): number {
  let tokens = 0;
  let run = 0;
  for (let at = 0; at < text.length; at += 1) {
    const blank = text.charCodeAt(at) <= 32;
    if (!blank && run % 16 === 0) tokens += 1;
    run = blank ? 0 : run + 1;
  }
  return tokens;
}

function callsFor(prompt: DemoPrompt): DemoCall[] {
  const tool = prompt.tools[0];
  if (tool === undefined || prompt.toolResults.length > 0) return [];
  const places = wantsPlace(tool.parameters) ? placesIn(prompt.userText) : [];
  const each = places.length === 0 ? [undefined] : places.slice(0, prompt.parallelCalls ? MAX_CALLS : 1);
  return each.map((place) => ({ name: tool.name, args: argumentsOf(exampleOf(tool.parameters, place)) }));
}

function argumentsOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function textFor(prompt: DemoPrompt, calls: readonly DemoCall[], choice: number): string {
  const [call] = calls;
  if (call !== undefined) return prompt.mustCall ? "" : `Let me ask ${call.name}.`;
  if (isObject(prompt.output)) return JSON.stringify(exampleOf(prompt.output));
  const sentence = sentences(prompt, choice).join(" ");
  return prompt.output === "json" ? JSON.stringify({ answer: sentence }) : sentence;
}

function sentences(prompt: DemoPrompt, choice: number): string[] {
  const who = `Hello from the demo provider speaking ${prompt.format}'s wire format as ${prompt.model}.`;
  const out = [choice === 0 ? who : `${who} This is choice ${choice + 1}.`];
  if (prompt.instructions !== "") out.push(`My instructions: ${quote(prompt.instructions)}.`);
  if (prompt.media.length > 0) out.push(`You sent: ${prompt.media.join(", ")}.`);
  for (const { name, text } of prompt.toolResults) out.push(`The tool ${name} answered: ${quote(text)}.`);
  if (prompt.userText !== "") out.push(`You said: ${quote(prompt.userText)}.`);
  return out;
}

function quote(text: string): string {
  return `"${text.length > MAX_QUOTE ? `${[...text.slice(0, MAX_QUOTE)].slice(0, -1).join("")}…` : text}"`;
}

/** Names after "in": "in Paris, New York and Rome" gives three. */
function placesIn(text: string): string[] {
  const words = text.slice(0, 4000).split(/\s+/);
  const start = words.findIndex((word, index) => word.toLowerCase() === "in" && isName(words[index + 1] ?? ""));
  const places: string[] = [];
  let name: string[] = [];
  for (const word of start === -1 ? [] : words.slice(start + 1)) {
    const bare = word.replace(/[^\p{L}\p{M}'’-]/gu, "");
    const joins = bare.toLowerCase() === "and" || word === "&";
    if (!joins && !isName(bare)) break;
    if (!joins) name.push(bare);
    if (joins || bare !== word) {
      if (name.length > 0) places.push(name.join(" "));
      name = [];
    }
    if (bare !== word && !word.endsWith(",") && word !== "&") break;
  }
  if (name.length > 0) places.push(name.join(" "));
  return [...new Set(places)];
}

function isName(word: string): boolean {
  return /^\p{Lu}/u.test(word);
}

/** The text up to the first stop sequence in it, and which one that was. */
function stopAt(text: string, stops: readonly string[]): [string, string | undefined] {
  let end = text.length;
  let by: string | undefined;
  for (const stop of stops) {
    const at = stop === "" ? -1 : text.indexOf(stop);
    if (at !== -1 && at < end) [end, by] = [at, stop];
  }
  return [text.slice(0, end), by];
}

/** Cuts an answer to `maxTokens`: thoughts first, then text; a call that does not fit whole is left out. */
function cutTo(answer: Omit<DemoAnswer, "finish">, maxTokens: number): DemoAnswer {
  const thoughts = answer.thoughts.slice(0, maxTokens);
  const text = answer.text.slice(0, maxTokens - thoughts.length);
  let left = maxTokens - thoughts.length - text.length;
  const calls = answer.calls.filter((call) => {
    left -= costOf(call);
    return left >= 0;
  });
  const whole = thoughts.length === answer.thoughts.length && text.length === answer.text.length;
  if (whole && calls.length === answer.calls.length) return { ...answer, finish: calls.length > 0 ? "tool-calls" : "stop" };
  return { thoughts, text, calls, finish: "length" };
}

function costOf(call: DemoCall): number {
  return 1 + countTokens(JSON.stringify(call.args));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
