/** Why a request is refused before any hook sees it. */
import { GraftError } from "./errors";

export function modelNotFound(model: string): GraftError {
  return new GraftError(
    "model_not_found",
    `The model \`${model.slice(0, 200)}\` does not exist or you do not have access to it.`,
    { param: "model" },
  );
}

/** @param where path of the field, made of the client's own keys */
export function providerStateRefused(where: string): GraftError {
  const field = where.slice(0, 200);
  const message = `'${field}' refers to data stored at the provider, which the callers of this gateway share; its policy does not allow that.`;
  return new GraftError("bad_request", message, { param: field, code: "provider_state_not_allowed" });
}
