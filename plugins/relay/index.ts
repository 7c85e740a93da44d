/** An HTTP server that drives exchanges with attempts of its own: for gateways that cannot retry for us. */
export { type RequestHead, readHead, utf8 } from "./read-head";
export { type Admission, Relay, type RelayOptions } from "./relay";
