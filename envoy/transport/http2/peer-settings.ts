import { ConnectionError, DEFAULT_MAX_FRAME, DEFAULT_WINDOW, ErrorCode, MAX_WINDOW, Setting } from "./constants";
import { TABLE_SIZE } from "./hpack-table";

const ENTRY = 6;
const LARGEST_FRAME = 0xffffff;

/** What the peer allows us. */
export class PeerSettings {
  initialWindow = DEFAULT_WINDOW;
  maxFrame = DEFAULT_MAX_FRAME;
  /** Its header table became smaller than what an encoder may assume, which the next header block must acknowledge. */
  tableShrunk = false;

  /** By how much the window of every open stream changes. */
  apply(payload: Buffer): number {
    if (payload.length % ENTRY !== 0) throw new ConnectionError(ErrorCode.FRAME_SIZE_ERROR, "SETTINGS of odd length");
    const before = this.initialWindow;
    for (let at = 0; at < payload.length; at += ENTRY) this.#set(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    return this.initialWindow - before;
  }

  #set(setting: number, value: number): void {
    if (setting === Setting.INITIAL_WINDOW_SIZE) {
      if (value > MAX_WINDOW) throw new ConnectionError(ErrorCode.FLOW_CONTROL_ERROR, "window too large");
      this.initialWindow = value;
    } else if (setting === Setting.MAX_FRAME_SIZE) {
      if (value < DEFAULT_MAX_FRAME || value > LARGEST_FRAME) {
        throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "frame size out of range");
      }
      this.maxFrame = value;
    } else if (setting === Setting.HEADER_TABLE_SIZE) {
      if (value < TABLE_SIZE) this.tableShrunk = true;
    } else if (setting === Setting.ENABLE_PUSH && value > 1) {
      throw new ConnectionError(ErrorCode.PROTOCOL_ERROR, "ENABLE_PUSH is neither 0 nor 1");
    }
  }
}
