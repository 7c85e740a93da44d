import { readHeaders, setHeader } from "../../proto/header-map";

const header = (key: string, value: string | Buffer) => ({ key, rawValue: Buffer.from(value as string) });

describe("readHeaders", () => {
  test("reads raw values, and the older text values where there is none", () => {
    const headers = readHeaders({ headers: [header(":path", "/v1"), { key: "x-old", value: "text" }, { key: "x-empty" }] });
    expect(Object.entries(headers)).toEqual([
      [":path", "/v1"],
      ["x-old", "text"],
      ["x-empty", ""],
    ]);
    expect(readHeaders(undefined)).toEqual({});
  });

  test("joins repeated headers", () => {
    const headers = readHeaders({
      headers: [header("accept", "a"), header("cookie", "x=1"), header("accept", "b"), header("cookie", "y=2")],
    });
    expect(headers["accept"]).toBe("a, b");
    expect(headers["cookie"]).toBe("x=1; y=2");
  });

  test("a header named __proto__ is a header", () => {
    expect(Object.keys(readHeaders({ headers: [header("__proto__", "x")] }))).toEqual(["__proto__"]);
  });

  test("a header may have any name", () => {
    const headers = readHeaders({ headers: [header("__proto__", "a"), header("constructor", "b")] });
    expect(Object.entries(headers)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  test("keeps bytes that are not UTF-8 apart", () => {
    const read = (byte: number) => readHeaders({ headers: [header("x-user", Buffer.of(byte))] })["x-user"];
    expect(read(0xe9)).not.toBe(read(0xe8));
    expect(Buffer.from(read(0xe9) ?? "", "latin1")).toEqual(Buffer.of(0xe9));
  });
});

describe("setHeader", () => {
  test("overwrites, and writes what readHeaders read", () => {
    const option = setHeader("x-user", "é");
    expect(option).toEqual({ header: { key: "x-user", rawValue: Buffer.of(0xe9) }, appendAction: 2 });
  });

  test("never makes a line break of a wide character", () => {
    const { header } = setHeader("x-model", "a\u010ab");
    expect(Buffer.from(header?.rawValue ?? []).includes(0x0a)).toBe(false);
  });
});
