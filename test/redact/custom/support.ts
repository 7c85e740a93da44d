import { type CustomConfig, customDetector, customSchema } from "../../../plugins/redact/custom";
import type { Finding } from "../../../plugins/redact/detectors/detector";
import { Scan } from "../../../plugins/redact/detectors/scan";

export function config(it: object): CustomConfig {
  return customSchema().parse({ name: "thing", ...it });
}

export function findings(it: object, text: string): readonly Finding[] {
  return customDetector(config(it)).find(new Scan(text), { regions: [] });
}

export function found(it: object, text: string): string[] {
  return findings(it, text).map(({ start, end }) => text.slice(start, end));
}
