/** What exchanges may use and what they have used, in tokens and money; reserved before, settled after. */

export { Accounting, type AccountingParts, type UnknownPrice } from "./accounting";
export { checkRules, unknownModel } from "./check-rule";
export type { Forecast, OutputReserve } from "./forecast";
export { type Match, matches, matchSchema } from "./match";
export { mayFit } from "./may-fit";
export { onErrorSchema } from "./on-error-schema";
export { requirePrices, unpriced } from "./require-prices";
export { type Held, type OnError, Reservations, type ReservationsOptions, type Reserved } from "./reservations";
export { type Scope, type Scoped, scopeKeys } from "./scope-keys";
export type { Tally } from "./tally";
export { unpricedFaults } from "./unpriced-faults";
