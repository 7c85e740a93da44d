/**
 * Work over the length of hostile texts: every detector stays linear. Counted are characters that patterns were run over, and characters
 * looked at by hand, which is the same on every machine. What happens within one pattern is not in that count: see growth-time.test.ts.
 */
import type { Detector } from "../../../plugins/redact/detectors/detector";
import { DETECTORS } from "../../../plugins/redact/detectors/index";
import { Scan } from "../../../plugins/redact/detectors/scan";
import { HOSTILE, repeated } from "./support";

const SETTINGS = { regions: ["US", "DE", "FR", "GB"] };
/** Looks at what is read once, however short the text. */
const SLACK = 4000;

describe("work grows with the length", () => {
  const counted = countLooks();
  beforeAll(() => counted.start());
  afterAll(() => counted.stop());

  test.each(DETECTORS.map((detector) => [detector.entity, detector] as const))("%s", (_, detector) => {
    for (const part of HOSTILE) {
      const [one, two, four] = [2048, 4096, 8192].map((length) => counted.during(() => run(detector, repeated(part, length))));
      expect({ part, linear: two! <= one! * 2.2 + SLACK && four! <= two! * 2.2 + SLACK, one, two, four }).toMatchObject({
        linear: true,
      });
    }
  });
});

function run(detector: Detector, text: string): void {
  detector.find(new Scan(text), SETTINGS);
}

/** Counts what is read: by patterns, from where they begin to where they find something or give up, and by character. */
function countLooks() {
  const { exec } = RegExp.prototype;
  const { charCodeAt, charAt } = String.prototype;
  let looks = 0;
  return {
    start() {
      // All that runs a pattern on a text (test, match, replace, search …) calls exec.
      RegExp.prototype.exec = function (this: RegExp, text: string) {
        const from = this.global || this.sticky ? this.lastIndex : 0;
        const match = exec.call(this, text);
        looks += 1 + (match === null ? text.length - from : match.index + match[0].length - from);
        return match;
      };
      String.prototype.charCodeAt = function (this: string, at: number) {
        looks += 1;
        return charCodeAt.call(this, at);
      };
      String.prototype.charAt = function (this: string, at: number) {
        looks += 1;
        return charAt.call(this, at);
      };
    },
    stop() {
      RegExp.prototype.exec = exec;
      Object.assign(String.prototype, { charCodeAt, charAt });
    },
    during(work: () => void): number {
      looks = 0;
      work();
      return looks;
    },
  };
}
