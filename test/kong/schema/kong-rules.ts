/**
 * Kong's own rules for plugin configurations, written anew from how Kong 3.9 behaves: what it accepts, what it fills in, and which
 * schemas it takes at all. Only what Graft's schemas use.
 */
import type { EntityCheck, KongField, KongFields } from "../../../kong/schema/field";

type Table = Record<string, unknown>;

/** Lua has one kind of table: an empty list and an empty mapping are the same. */
const isTable = (value: unknown): value is Table | unknown[] => typeof value === "object" && value !== null;
const isEmpty = (value: unknown): boolean => isTable(value) && Object.keys(value).length === 0;
const isSequence = (value: unknown): boolean => Array.isArray(value) || isEmpty(value);
const isReference = (value: unknown): boolean => typeof value === "string" && /^\{vault:\/\/.*\}$/.test(value);

const entries = new WeakMap<KongFields, [string, KongField][]>();

function entriesOf(fields: KongFields): [string, KongField][] {
  let found = entries.get(fields);
  if (found === undefined) {
    found = fields.flatMap((entry) => Object.entries(entry));
    entries.set(fields, found);
  }
  return found;
}

/** What Kong makes of a value when it stores it: defaults in place, null where there is none. Wrong values stay as they are. */
export function fill(field: KongField, value: unknown): unknown {
  if (field.type === "record") return fillRecord(field, value);
  if (value === undefined)
    return field.default === undefined ? (field.required === true ? undefined : null) : clone(field.default);
  if ((field.type === "array" || field.type === "set") && Array.isArray(value))
    return value.map((item) => fill(inner(field.elements), item));
  if (field.type === "map" && isTable(value) && !Array.isArray(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(inner(field.values), item)]));
  }
  return value;
}

function fillRecord(field: KongField, value: unknown): unknown {
  if (value === undefined && field.required !== true) return field.default === undefined ? null : clone(field.default);
  const given = value ?? (value === null ? null : (clone(field.default) ?? {}));
  if (!isTable(given) || (Array.isArray(given) && given.length > 0)) return given;
  const table: Table = { ...given };
  const filled = entriesOf(field.fields ?? []).map(([name, it]) => [
    name,
    fill(it, Object.hasOwn(table, name) ? table[name] : undefined),
  ]);
  return { ...table, ...Object.fromEntries(filled.filter(([, it]) => it !== undefined)) };
}

/** Everything that Kong finds wrong with a value, as `path: what`. */
export function check(field: KongField, value: unknown, path = "config"): string[] {
  return checkFilled(field, fill(field, value), path);
}

function checkFilled(field: KongField, value: unknown, path: string): string[] {
  if (value === null || value === undefined) return field.required === true ? [`${path}: required field missing`] : [];
  const found = checkType(field, value, path);
  if (found.length > 0) return found;
  if (field.type === "string" && field.referenceable === true && isReference(value)) return [];
  return checkRules(field, value).map((what) => `${path}: ${what}`);
}

function checkType(field: KongField, value: unknown, path: string): string[] {
  const wrong = (is: boolean): string[] => (is ? [] : [`${path}: expected ${field.type}`]);
  switch (field.type) {
    case "string":
    case "boolean":
    case "number":
      return wrong(typeof value === field.type);
    case "integer":
      return wrong(Number.isInteger(value));
    case "array":
    case "set":
      if (!Array.isArray(value)) return wrong(isSequence(value));
      return value.flatMap((item, index) => checkFilled({ ...inner(field.elements), required: true }, item, `${path}[${index}]`));
    case "map":
      if (!isTable(value) || (Array.isArray(value) && value.length > 0)) return wrong(false);
      return Object.entries(value).flatMap(([key, item]) => [
        ...checkFilled({ ...inner(field.keys), required: true }, key, `${path} key ${key}`),
        ...checkFilled({ ...inner(field.values), required: true }, item, `${path}.${key}`),
      ]);
    case "record":
      return isTable(value) && (!Array.isArray(value) || value.length === 0) ? checkRecord(field, value, path) : wrong(false);
  }
}

function checkRecord(field: KongField, value: Table | unknown[], path: string): string[] {
  const table: Table = Array.isArray(value) ? {} : value;
  const fields = new Map(entriesOf(field.fields ?? []));
  const unknown = Object.keys(table).filter((key) => !fields.has(key));
  return [
    ...unknown.map((key) => `${path}.${key}: unknown field`),
    ...[...fields].flatMap(([name, it]) => checkFilled(it, table[name], `${path}.${name}`)),
    ...(field.entity_checks ?? []).flatMap((rule) => checkEntity(rule, table).map((what) => `${path}: ${what}`)),
  ];
}

function checkEntity(rule: EntityCheck, table: Table): string[] {
  const set = (names: readonly string[]): number =>
    names.filter((name) => ![undefined, null, ""].some((it) => it === table[name]) && !isEmpty(table[name])).length;
  if ("only_one_of" in rule) return set(rule.only_one_of) === 1 ? [] : [`exactly one of these: ${rule.only_one_of.join(", ")}`];
  const given = set(rule.mutually_required);
  return given === 0 || given === rule.mutually_required.length
    ? []
    : [`all or none of these: ${rule.mutually_required.join(", ")}`];
}

function checkRules(field: KongField, value: unknown): string[] {
  const faults: string[] = [];
  const size = typeof value === "string" ? Buffer.byteLength(value) : isTable(value) ? Object.keys(value).length : 0;
  const least = field.len_min ?? (field.type === "string" ? 1 : 0);
  if (field.one_of !== undefined && !field.one_of.some((it) => it === value))
    faults.push(`expected one of ${field.one_of.join(", ")}`);
  if (typeof value === "number" && field.gt !== undefined && value <= field.gt) faults.push(`must be greater than ${field.gt}`);
  if (typeof value === "number" && field.between !== undefined && (value < field.between[0] || value > field.between[1])) {
    faults.push(`should be between ${field.between.join(" and ")}`);
  }
  if (size < least) faults.push(`length must be at least ${least}`);
  if (field.len_max !== undefined && size > field.len_max) faults.push(`length must be at most ${field.len_max}`);
  return faults;
}

const LENGTHS: readonly string[] = ["string", "array", "set", "map"];

/** Why Kong would refuse to load a plugin with this field in its schema. */
export function checkSchema(field: KongField, path: string): string[] {
  const faults: string[] = [];
  const say = (is: boolean, what: string): void => {
    if (!is) faults.push(`${path}: ${what}`);
  };
  const allowed = (types: readonly string[], ...words: (keyof KongField)[]): void => {
    for (const word of words) say(field[word] === undefined || types.includes(field.type), `${field.type} cannot have ${word}`);
  };
  const { description, between } = field;
  if (description !== undefined)
    say(Buffer.byteLength(description) >= 10 && Buffer.byteLength(description) <= 500, "description: 10 to 500 bytes");
  allowed(["string"], "one_of", "referenceable");
  allowed(["integer", "number"], "between", "gt");
  allowed(LENGTHS, "len_min", "len_max");
  allowed(["array", "set"], "elements");
  allowed(["map"], "keys", "values");
  allowed(["record"], "fields", "entity_checks");
  say(between === undefined || between.length === 2, "between: two numbers");
  if (field.default !== undefined)
    for (const what of check({ ...field, required: true }, field.default, "default")) say(false, what);
  if (field.type === "array" || field.type === "set") faults.push(...checkPart(field.elements, `${path}[]`));
  if (field.type === "map") faults.push(...checkPart(field.keys, `${path} keys`), ...checkPart(field.values, `${path}.*`));
  if (field.type === "record") {
    say(field.fields !== undefined, "record must declare fields");
    for (const entry of field.fields ?? []) say(Object.keys(entry).length === 1, "one key an entry");
    for (const [name, it] of entriesOf(field.fields ?? [])) faults.push(...checkPart(it, `${path}.${name}`));
  }
  return faults;
}

function checkPart(field: KongField | undefined, path: string): string[] {
  return field === undefined ? [`${path}: is not declared`] : checkSchema(field, path);
}

/** Kong does this to the schema of every plugin: a record that does not say otherwise is required. */
export function recordsRequired(field: KongField): KongField {
  if (field.type !== "record") return field;
  const fields = field.fields?.map((entry) =>
    Object.fromEntries(Object.entries(entry).map(([name, it]) => [name, recordsRequired(it)])),
  );
  return { ...field, required: field.required ?? true, fields: fields ?? [] };
}

function inner(field: KongField | undefined): KongField {
  if (field === undefined) throw new Error("the schema says nothing of what is inside");
  return field;
}

function clone<T>(value: T): T {
  return structuredClone(value);
}
