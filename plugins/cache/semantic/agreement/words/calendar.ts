/** Months by number; the short ones only beside a number. */
export const MONTHS = new Map(
  "january february march april may june july august september october november december"
    .split(" ")
    .map((word, index) => [word, index + 1] as const),
);

export const SHORT_MONTHS = new Map<string, number>([
  ...[...MONTHS].map(([word, month]) => [word.slice(0, 3), month] as const),
  ["sept", 9],
]);

/** Months that are other words too: only with capitals, beside a number or after one of these. */
export const AMBIGUOUS_MONTHS = new Set(["march", "may", "august"]);
export const BEFORE_A_MONTH = new Set(["in", "since", "until", "till", "last", "next", "this", "by", "of", "during"]);

/** Other words that name a time, by their one spelling. */
export const TIMES = new Map<string, string>(
  `monday mon mondays
tuesday tue tues tuesdays
wednesday wed wednesdays
thursday thu thurs thursdays
friday fri fridays
saturday saturdays
sunday sundays
today
tomorrow
yesterday
tonight
weekend weekends
noon midday
midnight`
    .split("\n")
    .flatMap((line) => {
      const [day = "", ...others] = line.split(" ");
      return [day, ...others].map((spelling) => [spelling, day] as const);
    }),
);
