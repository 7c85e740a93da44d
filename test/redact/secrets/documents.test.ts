import { connectionString } from "../../../plugins/redact/detectors/secrets/connection-string";
import { jwt } from "../../../plugins/redact/detectors/secrets/jwt";
import { privateKey } from "../../../plugins/redact/detectors/secrets/private-key";
import { drawn, found } from "./support";

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = (header: unknown, ...parts: string[]) => [encoded(header), ...parts].join(".");
const HEADER = { alg: "HS256", typ: "JWT" };
const CLAIMS = encoded({ sub: "1234", name: "Jane Doe" });

describe("jwt", () => {
  test.each([
    ["signed", token(HEADER, CLAIMS, drawn(43, "alnum"))],
    ["with RSA", token({ kid: "a", alg: "RS256" }, CLAIMS, drawn(342, "alnum"))],
    ["without a signature", token({ alg: "none" }, CLAIMS, "")],
    ["encrypted", token({ alg: "RSA-OAEP", enc: "A256GCM" }, drawn(342), drawn(16), drawn(70), drawn(22))],
    ["encrypted with a shared key", token({ alg: "dir", enc: "A128CBC-HS256" }, "", drawn(22), drawn(70), drawn(22))],
    [
      "with blanks in its header",
      `${Buffer.from('{ "typ":"JWT",\n "alg":"HS256"}').toString("base64url")}.${CLAIMS}.${drawn(43)}`,
    ],
    ["long", token(HEADER, drawn(3000), drawn(342))],
  ])("%s", (_, value) => {
    expect(found(jwt, value)).toEqual([value]);
    expect(found(jwt, `Authorization: Bearer ${value}\n`)).toEqual([value]);
    expect(found(jwt, `{"id_token":"${value}","a":"${value}"}`)).toEqual([value, value]);
    expect(found(jwt, `It was ${value}, wasn't it?`)).toEqual([value]);
    expect(found(jwt, `session=${value}; path=/`)).toEqual([value]);
    expect(found(jwt, `https://a.example/?next=%2Fb%3Ft%3D${value}`)).toEqual([value]);
  });

  test.each([
    ["no alg", token({ typ: "JWT" }, CLAIMS, drawn(43))],
    ["an alg that is no text", token({ alg: 1 }, CLAIMS, drawn(43))],
    ["no JSON", `ey${drawn(30)}.${CLAIMS}.${drawn(43)}`],
    ["a list", token([HEADER], CLAIMS, drawn(43))],
    ["part of a word", `x${token(HEADER, CLAIMS, drawn(43))}`],
    ["one part", encoded(HEADER)],
    ["words with dots", "eyes.on.the.prize and obey.the.rules.of.the.game"],
  ])("not with %s", (_, value) => {
    expect(found(jwt, value)).toEqual([]);
  });
});

const pem = (label: string, lines = 20, end = "\n") =>
  [
    `-----BEGIN ${label}-----`,
    ...Array.from({ length: lines }, (_, at) => drawn(64, "base64", at)),
    `${drawn(30)}==`,
    `-----END ${label}-----`,
  ].join(end);

describe("private_key", () => {
  test.each([
    ["PKCS #8", pem("PRIVATE KEY")],
    ["RSA", pem("RSA PRIVATE KEY", 50)],
    ["RSA of 8192 bits", pem("RSA PRIVATE KEY", 99)],
    ["EC", pem("EC PRIVATE KEY", 3)],
    ["encrypted", pem("ENCRYPTED PRIVATE KEY")],
    ["OpenSSH", pem("OPENSSH PRIVATE KEY", 6)],
    ["OpenPGP", pem("PGP PRIVATE KEY BLOCK", 60)],
    ["with headers", pem("RSA PRIVATE KEY").replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n")],
    ["with the line ends of Windows", pem("PRIVATE KEY", 20, "\r\n")],
    ["in JSON", pem("PRIVATE KEY", 20, "\\n")],
    ["in a list of strings", pem("PRIVATE KEY", 20, '",\n  "')],
    ["indented in YAML", pem("PRIVATE KEY", 20, "\n    ")],
    ["quoted in mail", pem("PRIVATE KEY", 20, "\n> ")],
    ["on one line", pem("PRIVATE KEY", 20, " ")],
  ])("%s", (_, value) => {
    expect(found(privateKey, value)).toEqual([value]);
    expect(found(privateKey, `key: "${value}"\nand\n${value}\nmore`)).toEqual([value, value]);
  });

  test("what is left of one: without its end, or followed by another", () => {
    const whole = pem("RSA PRIVATE KEY");
    const cut = whole.slice(0, whole.indexOf("\n-----END"));
    expect(found(privateKey, cut)).toEqual([cut]);
    expect(found(privateKey, `${cut}\n\nWhat is wrong with this key?`)).toEqual([cut]);
    const half = cut.slice(0, 300);
    expect(found(privateKey, `${half}\n${whole}`)).toEqual([half, whole]);
  });

  test.each([
    ["the public half", pem("PUBLIC KEY")],
    ["a certificate", pem("CERTIFICATE")],
    ["a key's two lines alone", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"],
    ["nothing between", "-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----"],
    ["prose", "A file begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----, as RFC 7468 says."],
  ])("not %s", (_, value) => {
    expect(found(privateKey, value)).toEqual([]);
  });
});

describe("connection_string", () => {
  test.each([
    "postgres://app:s3cr3t@db.internal:5432/orders?sslmode=require",
    "postgresql+psycopg2://app:s3cr3t@db/orders",
    "mysql://root:hunter2@127.0.0.1/shop",
    "mongodb+srv://svc:p%40ss@cluster0.ab1cd.mongodb.net/?retryWrites=true&w=majority",
    "mongodb://u:h4rd@a.example:27017,b.example:27017/db?replicaSet=rs0",
    "redis://:authpw9@cache:6380/4",
    "rediss://default:Zx9pQ@cache.example.net",
    "amqp://guest:guest@localhost/",
    "kafka+ssl://svc:k4fka@broker:9093",
    "smtp://mailer:m4il@smtp.example.net:587",
    "mysql://app:p@ss@db.internal/x",
    "sqlserver://sa:Str0ng!Pw@sql01:1433",
    "jdbc:postgresql://app:s3cr3t@db:5432/x".slice(5),
  ])("%s", (value) => {
    expect(found(connectionString, value)).toEqual([value]);
    expect(found(connectionString, `DATABASE_URL="${value}"\n`)).toEqual([value]);
    expect(found(connectionString, `Connect to ${value}, then restart. ${value}`)).toEqual([value, value]);
  });

  test.each([
    ["Server=tcp:sql01,1433;Database=x;User ID=sa;Password=Str0ng!Pw;Encrypt=True;", "Str0ng!Pw"],
    ["Data Source=ora1;User Id=scott;Password=t1ger", "t1ger"],
    ["Host=db;Username=app;Password='with blank';Database=x", "'with blank'"],
    ["Driver={ODBC Driver 18};Server=s;UID=sa;PWD=x9!y;", "x9!y"],
    ["password=s3; server=db", "s3"],
  ])("the password of %s", (text, value) => {
    expect(found(connectionString, text)).toEqual([value]);
  });

  test.each([
    "postgres://db.internal:5432/orders",
    "postgres://app@db.internal/orders",
    "postgres://user:password@localhost/db",
    "postgres://$" + "{USER}:$" + "{PASSWORD}@host/db",
    "mysql://root:<password>@localhost/db",
    "redis://:******@cache:6379",
    "mongodb://user:{{ password }}@host",
    "https://ci:deadbeef@gems.internal/",
    "https://example.com/a:b@c",
    "https://example.com/?mail=a:b@c.example",
    "see http://a.example and mail: me@b.example",
    "ssh://git@github.com:22/a/b.git",
    "Password=$(DB_PASSWORD);Server=x",
    "Forgot password=yes",
  ])("not %s", (text) => {
    expect(found(connectionString, text)).toEqual([]);
  });
});
