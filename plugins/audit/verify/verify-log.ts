/** All chains of a log against themselves, their anchors, each other, and heads that somebody wrote down. */
import { join } from "node:path";
import type { AuditKeys } from "../chain/keys";
import { followed, readLine } from "../chain/line";
import type { Anchors } from "../log/anchors";
import { checkChain, type KnownHead } from "./check-chain";
import { Findings, type VerifiedChain, type VerifyReport } from "./report";
import type { LogSource } from "./source";

export interface VerifyOptions {
  readonly anchors: Anchors;
  openLog(): Promise<LogSource>;
  readonly keys: AuditKeys;
  /** `seq:mac`, of any chain. */
  readonly heads: readonly string[];
  readonly since: string | undefined;
}

export async function verifyLog(options: VerifyOptions): Promise<VerifyReport> {
  const { anchors, keys, heads, since } = options;
  const findings = new Findings();
  // Chains may grow and begin meanwhile. They are ahead of the anchors that were read before them, and have one by the time they are there.
  const { heads: anchorHeads, broken } = await anchors.all();
  const log = await options.openLog();
  const anchored = new Set((await anchors.all()).heads.map(({ writer }) => writer));
  for (const name of broken) findings.problem(join(anchors.directory, name), "was changed, or is no anchor of this key");
  for (const name of log.strangers) findings.note(name, "is no file of the log");

  const known = new Map<string, KnownHead[]>();
  const knows = (writer: string, head: KnownHead): void => void known.set(writer, [...(known.get(writer) ?? []), head]);
  for (const { writer, ...head } of anchorHeads) knows(writer, { ...head, source: "its anchor" });
  const written = new Set(log.writers());
  for (const writer of written) {
    if (!anchored.has(writer)) findings.problem(writer, "has no anchor: nothing says how far its chain went");
    for (const { writer: before, ...head } of await followedBy(log, writer, keys.line))
      knows(before, { ...head, source: `the chain of ${writer}` });
  }

  const wanted = new Set(heads);
  const chains: VerifiedChain[] = [];
  for (const writer of [...new Set([...written, ...known.keys()])].sort()) {
    const pieces = log.pieces(writer);
    const of = { writer, pieces, known: known.get(writer) ?? [], wanted };
    const chain = await checkChain({ ...of, key: keys.line, since, findings });
    if (written.has(writer)) chains.push(chain);
  }
  for (const head of wanted) findings.problem(log.name, `no chain has the head ${head}`);
  const records = chains.reduce((sum, chain) => sum + chain.records, 0);
  const { problems, problemCount, notes } = findings;
  return { ok: problemCount === 0, records, chains, problems, problemCount, notes };
}

/** What the first line of a chain names, if it is what it was. */
async function followedBy(log: LogSource, writer: string, key: Buffer) {
  for await (const { bytes } of log.pieces(writer)[0]?.lines() ?? []) {
    const line = bytes === undefined ? undefined : readLine(key, bytes);
    return line === undefined ? [] : followed(line);
  }
  return [];
}
