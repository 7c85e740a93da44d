import { isLoopback, parseHostPort, parseSocket } from "../../plugins/config/addresses";
import { isLinkLocal } from "../../plugins/core/link-local";

test.each([
  ["127.0.0.1:80", { host: "127.0.0.1", port: 80 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["graft.svc.cluster:65535", { host: "graft.svc.cluster", port: 65_535 }],
  ["[::1]:9464", { host: "::1", port: 9464 }],
  ["[::ffff:1.2.3.4]:1", { host: "::ffff:1.2.3.4", port: 1 }],
  ["127.0.0.1", undefined],
  [":80", undefined],
  ["a:65536", undefined],
  ["a:b", undefined],
  ["::1:80", undefined],
  ["[zz]:80", undefined],
  ["[1.2.3.4]:80", undefined],
  ["http://a:80", undefined],
  ["a b:80", undefined],
])("host and port of %s", (text, expected) => {
  expect(parseHostPort(text)).toEqual(expected);
});

test.each([
  ["unix:///run/graft.sock", { path: "/run/graft.sock" }],
  [`unix:///${"a".repeat(106)}`, { path: `/${"a".repeat(106)}` }],
  [`unix:///${"a".repeat(107)}`, undefined],
  ["unix:///", undefined],
  ["unix://relative", undefined],
  ["unix:/run/x", undefined],
  ["127.0.0.1:1", { host: "127.0.0.1", port: 1 }],
])("socket %s", (text, expected) => {
  expect(parseSocket(text)).toEqual(expected);
});

test.each(["127.0.0.1", "127.255.0.9", "::1", "localhost"])("%s is loopback", (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(["0.0.0.0", "::", "128.0.0.1", "10.0.0.1", "localhost.example", ""])("%s is not loopback", (host) => {
  expect(isLoopback(host)).toBe(false);
});

test.each([
  "169.254.169.254",
  "169.254.0.1",
  "[fe80::1]",
  "febf::1",
  "::ffff:169.254.169.254",
  "[::ffff:a9fe:a9fe]",
  "64:ff9b::a9fe:a9fe",
  "2002:a9fe:a9fe::1",
  "fd00:ec2::254",
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
  "metadata.google.internal",
  "Metadata.Google.Internal.",
  new URL("http://2852039166/").hostname,
  new URL("http://0xa9.0xfe.43518/").hostname,
  new URL("http://①69.254.169.254/").hostname,
])("%s is refused", (host) => {
  expect(isLinkLocal(host)).toBe(true);
});

test.each([
  "127.0.0.1",
  "10.0.0.1",
  "192.168.1.1",
  "169.253.255.255",
  "169.255.0.0",
  "fec0::1",
  "api.openai.com",
  "100.100.100.201",
  "[::1]",
])("%s is allowed", (host) => {
  expect(isLinkLocal(host)).toBe(false);
});
