import { envoy } from "./generated/messages";

const { v3 } = envoy.service.ext_proc;

/** A decoded message from Envoy: one of the headers, bodies and trailers is set. */
export type ProcessingRequest = envoy.service.ext_proc.v3.ProcessingRequest;
/** An answer to Envoy, as a plain object. */
export type ProcessingResponse = envoy.service.ext_proc.v3.ProcessingResponse.$Properties;
export type CommonResponse = envoy.service.ext_proc.v3.CommonResponse.$Properties;
export type ImmediateResponse = envoy.service.ext_proc.v3.ImmediateResponse.$Properties;
export type HeaderMutation = envoy.service.ext_proc.v3.HeaderMutation.$Properties;
export type HeaderValueOption = envoy.service.ext_proc.v3.HeaderValueOption.$Properties;
export type HeaderMap = envoy.service.ext_proc.v3.HeaderMap.$Properties;
export type HttpHeaders = envoy.service.ext_proc.v3.HttpHeaders.$Properties;
export type HttpBody = envoy.service.ext_proc.v3.HttpBody.$Properties;
export type ProcessingMode = envoy.service.ext_proc.v3.ProcessingMode.$Properties;

export const { HeaderSendMode, BodySendMode } = v3.ProcessingMode;
export const { ResponseStatus } = v3.CommonResponse;
export const { HeaderAppendAction } = v3.HeaderValueOption;

export const PROCESS_PATH = "/envoy.service.ext_proc.v3.ExternalProcessor/Process";
