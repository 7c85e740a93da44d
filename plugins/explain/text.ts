/** An explanation for people. */
import { parseJson } from "../core/read-json";
import { describeFact } from "./describe-fact";
import type { Estimate, Explanation, RequestView, TargetView } from "./explanation";

export function explanationText(it: Explanation): string {
  const sections = [
    about(it),
    section("What happens", columns(it.facts.map(describeFact)), "Nothing is found, and nothing refused."),
    section("Targets, in the order they are asked", targetTable(it.targets), "The request does not get so far."),
    section("Not asked, for nothing is sent", columns(it.not_asked.map((one) => [one.check ?? "web call", whereOf(one)]))),
    section("Plugins say", it.warnings),
    ...it.requests.map(requestText),
    section("The client gets", [answerLine(it)]),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(printable).join("\n"))
    .join("\n\n")}\n`;
}

function about({ policy, hash, caller, model }: Explanation): string[] {
  const { id, team, groups, tags, ip } = caller;
  const named = (name: string, values: readonly string[]) => (values.length === 0 ? [] : [`${name} ${values.join(", ")}`]);
  const who = [id, ...named("team", team === undefined ? [] : [team]), ...named("groups", groups), ...named("tags", tags), ip];
  const sentTo = model === undefined || model.alias === model.asked ? "" : `, served by ${model.alias}`;
  return columns([
    ["policy", `${policy}, configuration ${hash}`],
    ["caller", who.join("; ")],
    ...(model === undefined ? [] : [["model", `${model.asked}${sentTo}, strategy ${model.strategy}`]]),
  ]);
}

function whereOf({ where, forbidden }: Explanation["not_asked"][number]): string {
  return forbidden ? `${where}, where this request may not go` : where;
}

function targetTable(targets: readonly TargetView[]): string[] {
  if (targets.length === 0) return [];
  const head = ["#", "target", "region", "tags", "input tokens", "output", "US dollars", ""];
  const rows = targets.map(({ turns, target, region, tags, why, estimate }) => [
    turns.length === 0 ? "–" : turns.join(","),
    target,
    region ?? "–",
    tags.length === 0 ? "–" : tags.join(","),
    ...estimateCells(estimate),
    why.join("; "),
  ]);
  return columns([head, ...rows]);
}

function estimateCells(estimate: Estimate | undefined): readonly string[] {
  if (estimate === undefined) return ["–", "–", "–"];
  const { input_tokens, max_output_tokens, cost_usd, price } = estimate;
  const cost =
    cost_usd === undefined ? "price unknown" : `${range(cost_usd)}${price === "estimated" ? " (a relative's price)" : ""}`;
  return [range(input_tokens), `to ${max_output_tokens}`, cost];
}

function range([low, high]: readonly [number | string, number | string]): string {
  return low === high ? `${low}` : `${low} to ${high}`;
}

function requestText({ attempt, target, method, url, headers, body, body_bytes, dropped }: RequestView): string[] {
  return [
    `Attempt ${attempt}: what ${target} would receive`,
    `  ${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`),
    ...(dropped.length === 0 ? [] : [`  (left out, as it cannot honour them: ${dropped.join(", ")})`]),
    "",
    ...(body === undefined ? [`  ${body_bytes} bytes; --show-body prints them`] : indented(body)),
  ];
}

/** With line breaks; `--json` has it byte for byte. */
function indented(body: string): string[] {
  const value = parseJson(body);
  const text = value === undefined ? body : JSON.stringify(value, undefined, 2);
  return text.split("\n").map((line) => `  ${line}`);
}

function answerLine({ error, requests }: Explanation): string {
  if (error === undefined) return `  the answer of ${requests[0]?.target ?? "a plugin"}`;
  return `  ${error.status} ${error.code ?? error.type}: ${error.message}${error.param === undefined ? "" : ` (param ${error.param})`}`;
}

/** @param empty said where there are no lines; absent = then there is no section */
function section(title: string, lines: readonly string[], empty?: string): string[] {
  if (lines.length > 0) return [title, ...lines];
  return empty === undefined ? [] : [title, `  ${empty}`];
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))) ?? [];
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ")}`.trimEnd());
}

/** Requests and labels are clients' words: nothing of them may steer a terminal. */
function printable(line: string): string {
  return line.replace(/\p{C}/gu, "?");
}
