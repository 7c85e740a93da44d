/** Names of writers and of their files: they sort by the time a writer began. */
import { randomBytes } from "node:crypto";

const WRITER = "\\d{8}T\\d{6}Z-\\d{1,10}-[0-9a-f]{16}";
const FILE = new RegExp(`^audit-(${WRITER})-([1-9]\\d{0,8})\\.jsonl$`);
const ANCHOR = new RegExp(`^(${WRITER})\\.json$`);

/** @param now milliseconds since the epoch */
export function newWriter(now: number): string {
  const began = new Date(now).toISOString().replace(/\.\d+|[-:]/g, "");
  return `${began}-${process.pid}-${randomBytes(8).toString("hex")}`;
}

export function fileName(writer: string, number: number): string {
  return `audit-${writer}-${number}.jsonl`;
}

export function readFileName(name: string): { readonly writer: string; readonly number: number } | undefined {
  const [, writer, number] = FILE.exec(name) ?? [];
  return writer === undefined ? undefined : { writer, number: Number(number) };
}

export function anchorName(writer: string): string {
  return `${writer}.json`;
}

/** The writer. */
export function readAnchorName(name: string): string | undefined {
  return ANCHOR.exec(name)?.[1];
}
