import { accessSync, constants } from "node:fs";
import { isAbsolute } from "node:path";
import type { Inspection } from "../plugins/config/inspection";
import type { ParsedConfig } from "../plugins/config/schema";

/** TLS files are read by this process, on its own machine. @param providers as written: `Inspection` has paths made absolute */
export function checkFiles(it: Inspection, providers: ParsedConfig["providers"]): void {
  for (const [name, { tls }] of Object.entries(providers)) {
    for (const field of ["ca_file", "cert_file", "key_file"] as const) {
      const file = tls?.[field];
      const path = ["providers", name, "tls", field];
      if (file === undefined) continue;
      if (!isAbsolute(file))
        it.error(path, "must be an absolute path: Kong's configuration has no directory that it could start from");
      else if (!isReadable(file)) it.error(path, `${file} cannot be read`);
    }
  }
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
