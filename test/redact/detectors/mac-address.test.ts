import { macAddress } from "../../../plugins/redact/detectors/mac-address";
import { table } from "./support";

describe("found", () => {
  table(macAddress, [
    ["00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"],
    ["mac:00:1a:2b:3c:4d:5e", "00:1a:2b:3c:4d:5e"],
    ["0a-23-f5-67-89-ac,", "0a-23-f5-67-89-ac"],
    ["0012.3456.789a.", "0012.3456.789a"],
    ["MAC AA-BB-CC-DD-EE-FF", "AA-BB-CC-DD-EE-FF"],
    ["hardware address aabb.ccdd.eeff", "aabb.ccdd.eeff"],
    ["EUI-64 00:1a:2b:ff:fe:3c:4d:5e", "00:1a:2b:ff:fe:3c:4d:5e"],
    ["eth0: 02:42:ac:11:00:02, 02:42:ac:11:00:03", "02:42:ac:11:00:02", "02:42:ac:11:00:03"],
    ['"\\n00:1a:2b:3c:4d:5e"', "00:1a:2b:3c:4d:5e"],
  ]);
});

describe("not found", () => {
  table(macAddress, [
    ["00:1A:2B:3C:4D"],
    ["00:1A:2B:3C:4D:5E:6F"],
    ["00:1A-2B:3C-4D:5E"],
    ["FF:FF:FF:FF:FF:FF 00:00:00:00:00:00"],
    ["SHA1 2f:1c:9a:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:01"],
    ["x00:1A:2B:3C:4D:5E"],
    ["12:34:56 10:20:30"],
    ["2026-11-20 10-20-30-40-50-60-70"],
    ["/news/this-week-17-02-26-23-02-26/"],
    ["1234.5678.9012.3456"],
    ["0012.3456.789g"],
  ]);
});
