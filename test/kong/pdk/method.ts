/** What a PDK method is: a function on a request, and the phases it may be called in. */
import { isTable, type Lua, LuaError, type LuaTable } from "../lua/values";
import type { RequestContext } from "../request-context";

export type Phase = "access" | "log";

export interface PdkContext {
  readonly request: RequestContext;
  readonly phase: Phase;
  /** A line of Kong's error log. */
  log(level: string, message: string): void;
}

export interface PdkMethod {
  readonly phases: readonly Phase[];
  readonly run: (context: PdkContext, ...args: readonly Lua[]) => Lua | Promise<Lua>;
}

export type PdkTable = Readonly<Record<string, PdkMethod>>;

type Run = PdkMethod["run"];

export function anywhere(run: Run): PdkMethod {
  return { phases: ["access", "log"], run };
}

/** An external plugin's `log` runs in a timer: what needs the request itself, or changes it, is gone by then. */
export function inAccess(run: Run): PdkMethod {
  return { phases: ["access"], run };
}

export function inLog(run: Run): PdkMethod {
  return { phases: ["log"], run };
}

export function stringArg(value: Lua, name: string): string {
  if (typeof value !== "string") throw new LuaError(`${name} must be a string`);
  return value;
}

export function integerArg(value: Lua, name: string, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value)) throw new LuaError(`${name} must be an integer`);
  if (value < min || value > max) throw new LuaError(`${name} must be an integer between ${min} and ${max}: given ${value}`);
  return value;
}

/** A table; an empty one arrives as an array. */
export function tableArg(value: Lua, name: string): LuaTable {
  if (Array.isArray(value) && value.length === 0) return {};
  if (!isTable(value)) throw new LuaError(`${name} must be a table`);
  return value;
}
