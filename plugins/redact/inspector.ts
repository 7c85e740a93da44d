/** The detectors of a policy, over one text. */
import type { Detector, DetectorSettings } from "./detectors/detector";
import { Scan } from "./detectors/scan";
import type { Gathered } from "./gather";
import type { Lookalikes } from "./lookalikes";
import type { Region } from "./regions";
import { type View, viewsOf } from "./views";
import { LONGEST_WITH_BLANKS } from "./window-size";

export interface InspectorOptions {
  readonly builtIn: readonly Detector[];
  /** Of the operator's: their patterns may ask for the begin or end of a text. */
  readonly own: readonly Detector[];
  readonly settings: DetectorSettings;
  readonly lookalikes: Lookalikes;
  /** What operators know to be harmless. */
  readonly allows: (value: string) => boolean;
}

export class Inspector {
  readonly #it: InspectorOptions;
  readonly #all: readonly Detector[];

  constructor(options: InspectorOptions) {
    this.#it = options;
    this.#all = [...options.builtIn, ...options.own];
  }

  /** Of what may hold blanks anywhere, UTF-16 units. */
  get longest(): number {
    return Math.min(LONGEST_WITH_BLANKS, Math.max(0, ...this.#all.map(({ longest }) => longest)));
  }

  /** Keys and tokens may be longer than that. */
  get findsLongRuns(): boolean {
    return this.#all.some(({ longest }) => longest > LONGEST_WITH_BLANKS);
  }

  get allows(): (value: string) => boolean {
    return this.#it.allows;
  }

  /**
   * Whether there may be something in a request, at as little cost as can be; never no where `find` would find something.
   * @param counts of which entities it is asked
   */
  suspects({ text, values }: Gathered, counts: (entity: string) => boolean = () => true): boolean {
    const wanted = ({ entity }: Detector): boolean => counts(entity);
    if (this.#it.lookalikes.find(text).length > 0 || this.#finds(this.#all.filter(wanted), text)) return true;
    const own = this.#it.own.filter(wanted);
    return own.length > 0 && values.some((value) => this.#finds(own, value));
  }

  #finds(detectors: readonly Detector[], text: string): boolean {
    const scan = new Scan(text);
    const { settings, allows } = this.#it;
    return detectors.some((detector) => detector.find(scan, settings).some(({ start, end }) => !allows(text.slice(start, end))));
  }

  /** What detectors find, look-alikes not included; may overlap. */
  find(text: string): readonly Region[] {
    const views = viewsOf(text);
    const [only] = views;
    if (views.length === 1 && only !== undefined) return this.findPlain(only.text);
    const found: Region[] = [];
    const doubtful: Region[] = [];
    const ends = new Set<number>();
    for (const view of views) {
      for (const region of this.findPlain(view.text)) {
        const place = view.place(region.start, region.end);
        if (place === undefined) continue;
        const placed = { ...place, entity: region.entity };
        if (view.raw && startsInEscape(view, region)) doubtful.push(placed);
        else {
          found.push(placed);
          if (!view.raw) ends.add(place.end);
        }
      }
    }
    // The `n` of a line break is not the first letter of what follows it.
    for (const region of doubtful) if (!ends.has(region.end)) found.push(region);
    return found;
  }

  /** As `find`, of a text that is taken as it stands. */
  findPlain(text: string): readonly Region[] {
    const scan = new Scan(text);
    const { settings, allows } = this.#it;
    const found: Region[] = [];
    for (const detector of this.#all) {
      const { entity } = detector;
      for (const { start, end } of detector.find(scan, settings)) {
        if (!allows(text.slice(start, end))) found.push(whole(text, start, end, entity));
      }
    }
    return found;
  }

  /** Look-alikes must be found in all of a request, also where nothing else is looked for. */
  lookalikes(text: string): readonly Region[] {
    return this.#it.lookalikes.find(text);
  }
}

function startsInEscape({ text }: View, { start }: Region): boolean {
  return text.charCodeAt(start - 1) === 92;
}

/** Not with half a character at an end of it. */
function whole(text: string, start: number, end: number, entity: string): Region {
  return {
    start: isLow(text, start) ? start - 1 : start,
    end: isLow(text, end) ? end + 1 : end,
    entity,
  };
}

/** The second half of a character stands here, and the first before it. */
function isLow(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
