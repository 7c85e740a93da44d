// The embedded vector index: time of a search (the process's own CPU, the least of some rounds) and memory for each vector, with SIMD
// and without. About a minute, a gigabyte of memory. Needs dist/ (npm run build).
//   node --expose-gc test/bench/vector-index.mjs
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const room = "../../dist/plugins/cache/semantic/index";
const { EmbeddedIndex } = require(`${room}/embedded-index.js`);
const { openPlainMemory, openSimdMemory } = require(`${room}/row-memory.js`);
const { Rows, MOST_AT_ONCE } = require(`${room}/rows.js`);

const COUNTS = [1000, 10_000, 100_000];
const DIMENSIONS = [384, 1536];
const ROUNDS = 10;

function random(dimensions) {
  const vector = new Float32Array(dimensions);
  for (let at = 0; at < dimensions; at += 1) vector[at] = Math.random() * 2 - 1;
  return vector;
}

async function least(run) {
  let best = Number.POSITIVE_INFINITY;
  // Compilers first.
  for (let turn = 0; turn < 10; turn += 1) await run();
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  return best;
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + Math.max(external, arrayBuffers);
}

const rss = () => process.memoryUsage().rss;

for (const dimensions of DIMENSIONS) {
  for (const count of COUNTS) {
    const [held, resident] = [memory(), rss()];
    const options = { clock: { now: Date.now }, maxBytes: 2 ** 31, maxPerPartition: count, onTrouble: console.error };
    const index = new EmbeddedIndex(options);
    const expiresAt = Date.now() + 3_600_000;
    const beforeAdd = process.cpuUsage();
    // Ids as long as those of cache entries.
    for (let at = 0; at < count; at += 1) {
      await index.add("p", { id: String(at).padStart(43, "x"), vector: random(dimensions), expiresAt });
    }
    const { user } = process.cpuUsage(beforeAdd);
    const heap = (memory() - held) / count;
    const all = (rss() - resident) / count;
    const query = random(dimensions);
    const micros = await least(() => index.search("p", query, 5, 0.9));
    console.log(
      `${dimensions} x ${count}: search ${(micros / 1000).toFixed(2)} ms, add ${(user / count).toFixed(1)} us, ` +
        `${Math.round(heap)} bytes each (resident ${Math.round(all)}, counted ${Math.round(index.bytes / count)})`,
    );
  }
  for (const [name, open] of Object.entries({ SIMD: openSimdMemory, plain: openPlainMemory })) {
    const rows = new Rows(dimensions, open());
    const places = Array.from({ length: 10 * MOST_AT_ONCE }, () => rows.take(random(dimensions)));
    const query = random(dimensions);
    const micros = await least(async () => {
      for (let from = 0; from < places.length; from += MOST_AT_ONCE) rows.dots(places.slice(from, from + MOST_AT_ONCE), query);
    });
    console.log(`${dimensions} x ${places.length}, products alone, ${name}: ${(micros / 1000).toFixed(2)} ms`);
  }
}
