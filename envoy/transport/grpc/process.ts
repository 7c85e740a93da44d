import { decodeRequest } from "../../../proto/decode-request";
import { encodeResponse } from "../../../proto/encode-response";
import type { OpenStream, ProcessStream } from "../transport";
import type { OpenCall } from "./call";
import { MESSAGE_PREFIX } from "./message-decoder";

/** The Process method: messages instead of bytes. */
export function processMethod(open: OpenStream): OpenCall {
  return (call) => {
    const stream: ProcessStream = {
      metadata: call.metadata,
      send(response) {
        const { head, body } = encodeResponse(response, MESSAGE_PREFIX);
        return call.send(head, body);
      },
      fail: (code, message) => call.fail(code, message),
    };
    const handler = open(stream);
    return {
      message: (bytes) => handler.message(decodeRequest(bytes)),
      halfClosed: () => handler.halfClosed?.(),
      close: (reason, error) => handler.close(reason, error),
    };
  };
}
