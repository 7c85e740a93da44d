import { errorAnswer } from "../exit";
import { bytesOf } from "../lua/values";
import { type BundledPlugin, strings } from "./plugin";

export const acl: BundledPlugin = {
  name: "acl",
  priority: 950,
  schema: {
    type: "record",
    fields: [
      { allow: { type: "array", elements: { type: "string" } } },
      { deny: { type: "array", elements: { type: "string" } } },
      { hide_groups_header: { type: "boolean", required: true, default: false } },
    ],
  },
  access(config, request, { consumers }) {
    const refuse = () => {
      if (request.credential === undefined) return errorAnswer(401, request.requestId);
      return errorAnswer(403, request.requestId, "You cannot consume this service");
    };
    if (request.consumer === undefined) throw refuse();
    const groups = consumers.groups(request.consumer);
    const [allow, deny] = [strings(config["allow"]), strings(config["deny"])];
    if (groups.length === 0 && deny.length === 0) throw refuse();
    const isIn = (list: readonly string[]): boolean => groups.some((group) => list.includes(group));
    if (deny.length > 0 ? isIn(deny) : !isIn(allow)) throw errorAnswer(403, request.requestId, "You cannot consume this service");
    // Hidden means not written: what the client sent by that name goes on to the upstream.
    if (config["hide_groups_header"] !== true) request.headers.set("X-Consumer-Groups", bytesOf(groups.join(", ")));
  },
};
