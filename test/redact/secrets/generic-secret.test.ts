import { genericSecret } from "../../../plugins/redact/detectors/secrets/generic-secret";
import { entropy, isRandom, mixture } from "../../../plugins/redact/detectors/secrets/randomness";
import { type ALPHABETS, drawn, found } from "./support";

const KEY = drawn(32);

test.each([
  `API_KEY=${KEY}`,
  `api-key: ${KEY}`,
  `"apiKey": "${KEY}",`,
  `const clientSecret = '${KEY}';`,
  `secret_key => "${KEY}"`,
  `SECRET := \`${KEY}\``,
  `<access-token>${KEY}</access-token>`,
  `--api-key ${KEY} --verbose`,
  `--token=${KEY}`,
  `export GRAFT_AUTH_TOKEN="${KEY}"`,
  `The API key is ${KEY}.`,
  `My access token: ${KEY}, keep it`,
  `os.environ["SOME_TOKEN"] = "${KEY}"`,
  `setenv("API_TOKEN", "${KEY}")`,
  `[credentials]\nsecret=${KEY}`,
  `{\\"token\\": \\"${KEY}\\"}`,
  `Authorization: Bearer ${KEY}`,
  `"Authorization": "Token ${KEY}"`,
  `-H 'Authorization: ${KEY}'`,
  `authorization=Basic ${Buffer.from("jane:pa55word!").toString("base64")}`.replace(/=$/, ""),
  `x-api-key: ${KEY}`,
  `It wants the header Bearer ${KEY} now`,
])("%s", (text) => {
  const values = found(genericSecret, text);
  expect(values).toHaveLength(1);
  expect(text).toContain(values[0]);
  expect([KEY, Buffer.from("jane:pa55word!").toString("base64").replace(/=+$/, "")]).toContain(values[0]?.replace(/=+$/, ""));
});

test.each([
  ["password: hunter2", "hunter2"],
  ["Password is Tr0ub4dor&3.", "Tr0ub4dor&3"],
  ["DB_PASSWORD='correct horse!'", undefined],
  ["DB_PASSWORD=S3cr3t#1", "S3cr3t#1"],
  ['{"passwd":"x9$Lm2"}', "x9$Lm2"],
  ["pwd=Sommer2024", "Sommer2024"],
  ["Passwort: Gr4ft!weg", "Gr4ft!weg"],
  ["contraseña: perro88x", "perro88x"],
  ["mot de passe : chat-8Noir", "chat-8Noir"],
  ["--password p4ssw0rt", "p4ssw0rt"],
  ["passphrase = zebra+lamp", "zebra+lamp"],
  ["curl -u jane:h0pk1ns~21s https://a.example", "h0pk1ns~21s"],
  ["curl --user 'jane:dB2yF6@qL9' https://a.example", "dB2yF6@qL9"],
  ['curl -s --user "jane":"pRf7vG2h" https://a.example', "pRf7vG2h"],
])("the password of %s", (text, value) => {
  expect(found(genericSecret, text)).toEqual(value === undefined ? [] : [value]);
});

test.each([
  "password: required",
  'password: "string"',
  "password: ********",
  "password = os.environ['DB_PASSWORD1']",
  "password: $" + "{DB_PASSWORD}",
  "password: {{ vault_password1 }}",
  "password: <your-password-1>",
  "password: changeme1",
  "password: process.env.PASSWORD1",
  "password: z.string().min(8)",
  "password = getPassword2()",
  "Enter the password: then press 1",
  "Your password must have 8 characters.",
  "passwordHash: 5f4dcc3b5aa765d61d8327deb882cf99",
  "max_tokens: 4096",
  "total_tokens=1234567890123456",
  "token_count: 1a2b3c4d5e6f7a8b9c0d",
  `commit ${drawn(40, "hex")}`,
  `sha256: ${drawn(64, "hex")}`,
  `token_sha256 = "${drawn(64, "hex")}"`,
  `"integrity": "sha512-${drawn(86)}=="`,
  "api_key: 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  "API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
  "API_KEY=YOUR_API_KEY_HERE_12345",
  "api_key=1234567890abcdef",
  "api_key = config.openai.apiKey1",
  "access_token = response.body.accessToken2",
  "const token = tokens[index2];",
  "token = await fetchTheToken2(a)",
  `public_key: ${KEY}`,
  `api_key_id: ${KEY}`,
  `token_url: https://auth.example/${KEY}`,
  `secret_name: projects/1234567/secrets/orders2/versions/3`,
  `API_KEY=${KEY.slice(0, 20)}...`,
  "Authorization: Bearer <token>",
  "Authorization: Bearer $TOKEN",
  "Authorization: required1",
  "The bearer of this letter is a friend of mine",
  "Bearer authentication is used by OAuth2",
  "curl -u username:password https://a.example",
  "curl -u $USER:$PASSWORD https://a.example",
  "curl -u <user:password> https://a.example",
  "curl https://a.example -o out:file1",
  "a secret of 2 kinds: tokens and keys",
  "Tokenization: byte-pair-encoding2vec",
])("nothing in %s", (text) => {
  expect(found(genericSecret, text)).toEqual([]);
});

test("values drawn at random are known as such, and names are not", () => {
  const share = (alphabet: keyof typeof ALPHABETS, length: number) =>
    Array.from({ length: 500 }, (_, seed) => isRandom(drawn(length, alphabet, seed))).filter(Boolean).length / 500;
  for (const alphabet of ["alnum", "base36", "upper", "base64", "url"] as const) {
    expect([alphabet, share(alphabet, 20) > 0.93, share(alphabet, 32) > 0.96]).toEqual([alphabet, true, true]);
  }
  expect(share("hex", 32)).toBeGreaterThan(0.98);
  const names = [
    "getAuthorizationFromRequest2",
    "application_default_credentials",
    "src/plugins/redact/index2.ts",
    "en-US-x-twain-2024",
  ];
  expect(names.filter(isRandom)).toEqual([]);
});

test("entropy and mixture of nothing, of one thing and of two", () => {
  expect([entropy(""), entropy("aaaa"), entropy("abab")]).toEqual([0, 0, 1]);
  expect([mixture(""), mixture("a-b"), mixture("a1b2"), mixture("ByWord")]).toEqual([0, 0, 1, 0.2]);
});
