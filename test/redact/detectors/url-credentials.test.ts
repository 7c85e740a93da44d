import { urlCredentials } from "../../../plugins/redact/detectors/url-credentials";
import { table } from "./support";

describe("found", () => {
  table(urlCredentials, [
    ["https://jane:s3cret@example.com/x", "jane:s3cret"],
    ["postgres://app:p%40ss@db:5432/app", "app:p%40ss"],
    ["redis://:s3cret@cache:6379", ":s3cret"],
    ["amqp://user:p@ss@mq/vhost", "user:p@ss"],
    ["git clone https://x-access-token:abcdef@github.com/o/r.git", "x-access-token:abcdef"],
    ['{"url":"https:\\/\\/jane:s3cret@example.com"}', "jane:s3cret"],
    ["https://api.test/v1?api_key=abcdef123456&page=2", "abcdef123456"],
    ["https://api.test/v1?x=1&access_token=abc.def-ghi#top", "abc.def-ghi"],
    ["https://s3.test/o?X-Amz-Signature=0123456789abcdef&x=1", "0123456789abcdef"],
    ["https://a:bcd@x.test/?token=123456789", "a:bcd", "123456789"],
    ["<https://jane:s3cret@example.com>, then ftp://joe:pw@h", "jane:s3cret", "joe:pw"],
    ["[x](https://x.test/?token=abcdefgh)](y)", "abcdefgh"],
    ["https://x.test/cb#id_token=abcdefgh", "abcdefgh"],
  ]);
});

describe("not found", () => {
  table(urlCredentials, [
    ["https://example.com:8080/a@b"],
    ["https://medium.com/@user"],
    ["https://jane@example.com"],
    ["https://${USER}:${PASSWORD}@example.com"],
    ["https://user:<password>@example.com"],
    ["https://user:***@example.com"],
    ["https://x.test/?token={token}&api_key=<key>"],
    ["https://x.test/?page=123456789&keyboard=qwertyuiop"],
    ["https://x.test/?token=abc"],
    ["a://b"],
    ["jane:s3cret@example.com"],
    ["// x:y@z"],
    ["1://jane:s3cret@example.com"],
  ]);
});
