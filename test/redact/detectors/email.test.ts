import { email } from "../../../plugins/redact/detectors/email";
import { found, table } from "./support";

describe("found", () => {
  table(email, [
    ["jane.doe@example.com", "jane.doe@example.com"],
    ["Write to jane@example.com.", "jane@example.com"],
    ["a@b.co, c@d.org;e@f.net", "a@b.co", "c@d.org", "e@f.net"],
    ["<jane+tag@mail.example.co.uk>", "jane+tag@mail.example.co.uk"],
    ["mailto:jane@example.com?subject=x", "jane@example.com"],
    ["https://x.test/?email=jane%2Bx@example.com&y=1", "jane%2Bx@example.com"],
    ["'jane@example.com'", "jane@example.com"],
    ["**jane@example.com**, `joe@example.com`", "jane@example.com", "joe@example.com"],
    ["o'brien@example.ie's mail", "o'brien@example.ie"],
    ['"john doe"@example.com', '"john doe"@example.com'],
    ["andré.müller@exämple.de", "andré.müller@exämple.de"],
    ["dmitri e-mail: дмитрий@почта.рф!", "дмитрий@почта.рф"],
    ["用户@例子.广告", "用户@例子.广告"],
    ["我的邮箱是jane@example.com谢谢", "jane@example.com"],
    ["이메일은 jane@example.com입니다", "jane@example.com"],
    ["jane＠example．com", "jane＠example．com"],
    ["a@xn--d1acufc.xn--p1ai", "a@xn--d1acufc.xn--p1ai"],
    ['{"to":"line\\njane@example.com"}', "jane@example.com"],
    ["\\u003cjane@example.com\\u003e", "jane@example.com"],
    ["jane@example.com.2", "jane@example.com"],
    ["SSH to deploy@server.internal:22", "deploy@server.internal"],
    [`${"a".repeat(64)}@example.com`, `${"a".repeat(64)}@example.com`],
    ["jose\u0301@example.com", "jose\u0301@example.com"],
  ]);
});

describe("not found", () => {
  table(email, [
    ["@"],
    ["hello-world"],
    ["jane@localhost"],
    ["info@example."],
    ["jane @ example.com"],
    ["@Override public void x.y()"],
    ["npm i lodash@4.17.21 react@18.3.0-rc.beta"],
    ["logo@2x.png icon@3x.webp"],
    ["git@github.com:org/repo.git ssh://git@github.com/org/repo"],
    ["https://jane:secret@example.com/path"],
    ["import x from '@scope/pkg.name'"],
    ['{"a":"b","@context":"x.y"}'],
    ["x = a@b"],
    ["jane@192.168.0.1"],
    ["jane@-example-.com"],
    [`${"a".repeat(65)}@example.com`],
    ["jane.@example.com"],
  ]);
});

test("two with one `@` between them do not overlap", () => {
  expect(found(email, "a@b.com@c.com")).toEqual(["a@b.com"]);
});
