/** Memory for rows of floats, and the dot products over it. */
import { SIMD_MODULE } from "./simd-module";

export interface RowMemory {
  /** Another one after `grow`. */
  readonly buffer: ArrayBuffer;
  /** By at least so many bytes. @throws RangeError when there is no more */
  grow(bytes: number): void;
  /**
   * For each of `count` pointers at `list`: the dot product of the row it points at and the query, as a float at `out`, in order. All
   * are byte offsets in `buffer`.
   * @param bytes of a row and of the query: a multiple of 64.
   */
  dots(list: number, count: number, bytes: number, query: number, out: number): void;
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Node has it; its types come with those of browsers only. */
declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      readonly Memory: new (limits: { initial: number }) => WasmMemory;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (
        module: object,
        imports: { e: { m: WasmMemory } },
      ) => { readonly exports: { readonly dots: RowMemory["dots"] } };
    }
  | undefined;

export function openRowMemory(): RowMemory {
  return openSimdMemory() ?? openPlainMemory();
}

/** @returns undefined where there is no WebAssembly (`--jitless`), or no SIMD in it. */
export function openSimdMemory(): RowMemory | undefined {
  if (typeof WebAssembly === "undefined" || !WebAssembly.validate(SIMD_MODULE)) return undefined;
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { dots } = new WebAssembly.Instance(new WebAssembly.Module(SIMD_MODULE), { e: { m: memory } }).exports;
  return {
    get buffer() {
      return memory.buffer;
    },
    // It stays where it is: V8 has reserved the addresses.
    grow: (bytes) => void memory.grow(Math.ceil(bytes / PAGE)),
    dots,
  };
}

export function openPlainMemory(): RowMemory {
  let buffer = new ArrayBuffer(PAGE);
  return {
    get buffer() {
      return buffer;
    },
    grow(bytes) {
      // It is copied, so by half of it at least.
      const wanted = Math.max(buffer.byteLength + bytes, Math.ceil(buffer.byteLength * 1.5));
      if (buffer.byteLength + bytes > PAGE * MOST_PAGES) throw new RangeError("no more room for vectors");
      const larger = new ArrayBuffer(Math.min(wanted, PAGE * MOST_PAGES));
      new Uint8Array(larger).set(new Uint8Array(buffer));
      buffer = larger;
    },
    dots(list, count, bytes, query, out) {
      const floats = new Float32Array(buffer);
      const pointers = new Uint32Array(buffer, list, count);
      const length = bytes / 4;
      const asked = query / 4;
      for (let at = 0; at < count; at += 1) floats[out / 4 + at] = dot(floats, (pointers[at] ?? 0) / 4, asked, length);
    },
  };
}

/** Four sums, so that no addition waits for the one before it. @param length a multiple of 4 */
function dot(floats: Float32Array, one: number, other: number, length: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < length; at += 4) {
    a += (floats[one + at] ?? 0) * (floats[other + at] ?? 0);
    b += (floats[one + at + 1] ?? 0) * (floats[other + at + 1] ?? 0);
    c += (floats[one + at + 2] ?? 0) * (floats[other + at + 2] ?? 0);
    d += (floats[one + at + 3] ?? 0) * (floats[other + at + 3] ?? 0);
  }
  return a + b + (c + d);
}
