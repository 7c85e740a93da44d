/** What clients say a request is for. Their word: good for books and budgets of their own, not for permissions. */
import type { HeaderMap } from "./provider";
import { isObject, objectAt, stringAt } from "./read-json";

export const LABELS = ["feature", "project", "session"] as const;
export type Label = (typeof LABELS)[number];
export type Labels = { readonly [L in Label]?: string };

/** Where a label is looked for: a header (lower case), else a member of the request's `metadata`. */
export type LabelSources = { readonly [L in Label]: { readonly header: string; readonly metadata: string } };

export const DEFAULT_LABELS: LabelSources = {
  feature: { header: "x-feature", metadata: "feature" },
  project: { header: "x-project", metadata: "project" },
  session: { header: "x-session-id", metadata: "session_id" },
};

/** Longer ones are cut: they are kept with every record. */
const LONGEST = 128;

export function readLabels(sources: LabelSources, headers: HeaderMap, body: unknown): Labels {
  const metadata = isObject(body) ? objectAt(body, "metadata") : undefined;
  const labels: { [L in Label]?: string } = {};
  for (const label of LABELS) {
    const { header, metadata: member } = sources[label];
    const text = headers[header] ?? (metadata === undefined ? undefined : stringAt(metadata, member));
    if (text !== undefined && text !== "") labels[label] = text.slice(0, LONGEST).replace(/\p{Cs}/gu, "\ufffd");
  }
  return labels;
}
