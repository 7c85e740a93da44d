// Writes proto/generated/messages.{js,d.ts} from proto/*.proto. The result is checked in: run this after changing a .proto.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const output = join(root, "proto", "generated");
const pbjs = createRequire(import.meta.url).resolve("protobufjs-cli/bin/pbjs");
const sources = readdirSync(join(root, "proto"))
  .filter((name) => name.endsWith(".proto"))
  .map((name) => join(root, "proto", name));

const options = ["-t", "static-module", "-w", "commonjs", "-r", "graft"];
const unused = ["create", "verify", "convert", "delimited", "typeurl", "service"].map((part) => `--no-${part}`);

function generate(...rest) {
  execFileSync(process.execPath, [pbjs, ...options, ...unused, ...rest, ...sources], { cwd: root, stdio: "inherit" });
}

mkdirSync(output, { recursive: true });
// The declarations are made from the comments of the code, so a first run keeps them and only its .d.ts stays.
const commented = join(output, "messages.js");
generate("--dts", "-o", commented);
rmSync(commented);
generate("--no-comments", "-o", commented);
