/** Stripe's keys. Publishable ones (`pk_…`) are for everybody to see. */
import { knownTokens } from "./known-tokens";

export const stripeKey = knownTokens({
  entity: "stripe_key",
  description: "Stripe's secret and restricted keys and webhook secrets: `sk_live_`, `sk_test_`, `rk_live_`, `whsec_`.",
  longest: 270,
  patterns: ["[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,247}", "whsec_[A-Za-z0-9+/]{32,64}={0,2}"],
});
