/** `kong.client`: who is calling. */
import { toLua } from "../lua/values";
import { anywhere, inAccess, type PdkTable, stringArg } from "./method";

export const CLIENT: PdkTable = {
  "kong.client.get_consumer": anywhere(({ request }) => toLua(request.consumer)),
  "kong.client.get_credential": anywhere(({ request }) => request.credential && { ...request.credential }),
  "kong.client.load_consumer": inAccess(({ request }, id) => {
    const found = stringArg(id, "consumer_id");
    return found === request.consumer?.id ? toLua(request.consumer) : undefined;
  }),
  "kong.client.get_ip": inAccess(({ request }) => request.clientIp),
  "kong.client.get_forwarded_ip": inAccess(({ request }) => request.clientIp),
  "kong.client.get_port": inAccess(({ request }) => request.incoming.socket.remotePort),
  "kong.client.get_protocol": inAccess(() => "http"),
};
