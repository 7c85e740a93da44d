/** Ordinary text holds nothing to hide: a gateway that takes order numbers for cards breaks people's prompts. */
import { DETECTORS } from "../../../plugins/redact/detectors/index";
import { Scan } from "../../../plugins/redact/detectors/scan";

const TEXTS: Readonly<Record<string, string>> = {
  prose: `In 1969, after 8 years and about 25.4 billion dollars, two people walked on the Moon. The trip of 384,400 km took 3 days,
3 hours and 49 minutes. By 2026 the budget had grown to 24.9 billion (up 2 % from 24.4). Chapter 12, section 3.4.1, page 1024: "The
answer is 42." Call it what you like; the phone rang at 10:30, then at 11:45 on 20 November 2026. She was born in Leeds and moved to
New York in 1985. Order 4155550132 was shipped on 2026-11-20, invoice 2026-000123 is due on 12/01/2026. Article 4006381333931 costs
19,99 €, that is $21.50 or £17.20; 1 234 567 units were sold. The score was 3:2, the ratio 16:9, the resolution 1920x1080 at 60 Hz.
Temperatures of -12.5 °C are expected at 48.8566, 2.3522. See also pp. 123-456 of vol. 12, no. 3 (2024), doi:10.1000/182, ISBN
978-3-16-148410-0. Win 1:1000000, save 50%-70%, and 9 out of 10 agree. Mozart's KV 626, flight LH 400, room B12, bus 42, bus 100.`,

  code: `import { readFile } from "node:fs/promises";
import type { Foo } from "@scope/foo.bar";
@Injectable() export class Cache<K, V> { readonly #size = 1_000_000; private ttl = 86400000; }
const color = "#ff00aa", mask = 0xdeadbeef, pi = 3.141592653589793, big = 12345678901234567890n, float = 0.4539148803436467;
std::vector<std::pair<int, int>> xs; Foo::Bad(); f32::add(1.0, 2.0); a::b::c(); xs[::2]; xs[1::3]; const { a, b: c } = d;
if (code >= 0x20 && code <= 0x7e) return table[code >> 4] ?? "\\u00e9\\n\\t";
for (let i = 0; i < 1024; i += 1) sum += weights[i] * inputs[i]; // see RFC 3696, 4122, 5321
const version = "10.0.19041.1"; const ua = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36";
git clone git@github.com:org/repo.git && npm i lodash@4.17.21 react@18.3.0-rc.1 && docker pull redis:7.4.1-alpine
SELECT id, created_at FROM orders WHERE id IN (1000001, 1000002, 1000003) AND total > 99.95 LIMIT 100 OFFSET 2000;
x = A @ B.T; y = np.random.rand(100, 200, 300); z = 1e-10 + 6.02214076e23; padding: 12px 16px 24px 32px;
static final long serialVersionUID = 8683452581122892189L; UUID.fromString("550e8400-e29b-41d4-a716-446655440000");`,

  logs: `2026-11-20T10:00:00.123Z INFO  [main] c.e.app.Server - started in 2.345 seconds (pid 12345, port 8080)
2026-11-20 10:00:01,456 WARN  pool-1-thread-12 took 1234567 us; queue=1000/2000, heap=512MB/1024MB, gc=12.5%
Nov 20 10:00:02 web-01 nginx[1234]: GET /api/v2/items/123456789?page=2&limit=100 HTTP/1.1 200 5120 0.042
[1732096800.123456] request_id=7f3c1a2b-9d4e-4f5a-8b6c-1d2e3f4a5b6c trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7
commit 3f786850e387550fdab836ed7e6dc881de23001b (tag: v2.31.4, origin/main) 12 files changed, 345 insertions(+), 67 deletions(-)
sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 md5 d41d8cd98f00b204e9800998ecf8427e
at Object.<anonymous> (/app/src/index.ts:123:45) at Module._compile (node:internal/modules/cjs/loader:1521:14)
PING: 64 bytes, icmp_seq=1 ttl=117 time=12.3 ms; rtt min/avg/max/mdev = 11.234/12.345/13.456/0.789 ms`,

  json: JSON.stringify({
    id: "chatcmpl-9aBcDeFgHiJkLmNoPqRsTuVw",
    created: 1725445444,
    model: "gpt-4o-2024-08-06",
    choices: [
      {
        index: 0,
        message: { tool_calls: [{ id: "call_62136354", function: { name: "add", arguments: '{"a": 65465, "b": 65464}' } }] },
      },
    ],
    usage: { prompt_tokens: 12345, completion_tokens: 678, total_tokens: 13023 },
    price: 1999.99,
    timestamps: [1748503543012, 1748503543, 20261120],
    version: "1.2.3.4",
    range: [0.1234567890123, -122.41, 37.77],
    order: { number: "112-3456789-1234567", sku: "ABC-12345-XYZ", quantity: 12 },
    size: "10 000 000",
    embedding: Array.from({ length: 40 }, (_, index) => Math.sin(index + 1)),
  }),

  markdown: `# Release 2.31.4 (2026-11-20)

| metric | p50 | p99 | count |
|---|---|---|---|
| latency | 0.55 / 6.7 | 861 / 843 / 703 | 1736 |
| calls | 1–86400000 | 28.0k | 4155550132 |

1. Upgrade to \`node >= 20.19\`, see [#1234](https://example.com/org/repo/issues/1234?page=2#issuecomment-1234567890).
2. Set \`timeout: 30000\`, \`retries: 3\`, and \`https://example.com:8443/v1/{id}?token={token}\`.
3. \`postgres://\${USER}:\${PASSWORD}@localhost:5432/db\` is read from the environment.

![badge](https://img.shields.io/badge/coverage-98.7%25-brightgreen.svg) icon@2x.png, [ ] 12 of 345 done, ~~10:00~~ 11:30-12:15`,
};

describe.each(Object.entries(TEXTS))("%s", (_, text) => {
  test.each(DETECTORS.filter(({ optIn }) => optIn !== true).map((detector) => [detector.entity, detector] as const))(
    "%s",
    (_entity, detector) => {
      const found = detector.find(new Scan(text), { regions: ["US", "GB", "DE", "FR", "ES", "IT"] });
      expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([]);
    },
  );
});
