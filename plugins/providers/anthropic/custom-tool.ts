/** Anthropic has functions only: a custom (free-form) tool becomes a function with this one string argument, and back. */
export const CUSTOM_INPUT = "input";
