/** Which tools clients may define and models may call. */
import { z } from "zod";
import type { Tool } from "../../core/chat";
import type { BlockStart } from "../../core/events";
import { stringAt } from "../../core/read-json";
import type { Fault } from "../../define-plugin";
import { nameMatcher } from "../name-pattern";
import { defineKind } from "../rule";

const list = (what: string) => z.array(z.string().min(1).max(256)).max(1000).default([]).describe(what);

const config = z
  .strictObject({
    allow: list("Names of tools that may be defined and called; `*` stands for any text. Empty = all that are not denied."),
    deny: list("Names of tools that may not, although `allow` names them; tools that providers run go by their type."),
  })
  .describe("For `kind: tools`. Requests: tool definitions; answers: tool calls.");

export const tools = defineKind({
  name: "tools",
  config,
  on: ["input", "output"],
  roles: [],
  check({ allow, deny }) {
    const faults: Fault[] = [];
    if (allow.length + deny.length === 0) faults.push({ path: [], message: "write `allow` or `deny`: it would never fire" });
    if (allow.includes("*"))
      faults.push({ path: ["allow"], message: "`*` allows every tool: leave `allow` out and write `deny`" });
    return faults;
  },
  create({ allow, deny }) {
    const allowed = nameMatcher(allow);
    const denied = nameMatcher(deny);
    const refused = (name: string): boolean => denied(name) || (allow.length > 0 && !allowed(name));
    return {
      wish: "The last answer called a tool that may not be used. Answer again without it.",
      request: ({ request }) => (request.tools?.some((tool) => refused(nameOf(tool))) === true ? {} : undefined),
      watch: () => (event) => event.type === "block-start" && calls(event.start).some(refused),
    };
  },
});

function nameOf(tool: Tool): string {
  return tool.kind === "server" ? (stringAt(tool.value, "type") ?? "") : tool.name;
}

/** Providers run tools of their own and tell of it: by name where there is one. */
function calls(start: BlockStart): string[] {
  if (start.kind === "tool-call") return [start.name];
  const name = start.kind === "opaque" ? stringAt(start.value, "name") : undefined;
  return name === undefined ? [] : [name];
}
