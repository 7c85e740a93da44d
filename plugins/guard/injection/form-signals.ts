/** What the form of a text gives away: marks that only chat templates have, letters nobody can see, sentences of scripts without blanks. */

interface FormSignal {
  readonly weight: number;
  readonly pattern: RegExp;
}

/** Each is bounded: no part of it can run on. */
const MARKS: readonly FormSignal[] = [
  // Tokens of chat templates: no text of a person holds them.
  {
    weight: 5,
    pattern:
      /<\|(?:im_(?:start|end|sep)|system|user|assistant|end|end_?of_?text|(?:start|end)_header_id|eot_id|begin_of_text|start|channel|message|return)\|>|\[\/?INST\]|<<\/?SYS>>|<(?:start|end)_of_turn>|<｜(?:User|Assistant|end▁of▁sentence|begin▁of▁sentence)｜>|\[\/?(?:SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]/i,
  },
  { weight: 3, pattern: /"role"\s{0,5}:\s{0,5}"(?:system|developer)"/i },
  {
    weight: 3,
    pattern:
      /^[ \t]{0,10}#{1,6}[ \t]{1,5}(?:system(?: prompt| message)?|instructions?|new instructions?)[ \t]{0,5}:?[ \t]{0,5}$/im,
  },
  { weight: 3, pattern: /<\/?(?:system|system[-_]prompt|system[-_]message|developer|assistant|user[-_]query|tool[-_]result)>/i },
  {
    weight: 2,
    pattern: /^[ \t]{0,10}(?:system|developer)[ \t]{0,5}(?:prompt|message|note|instruction|instructions)?[ \t]{0,5}:/im,
  },
  { weight: 2, pattern: /(?:\n\n|^)(?:Human|Assistant):/ },
  { weight: 2, pattern: /<important>|\[important\]|\[system\]/i },
];

const CJK = /[\p{Script=Han}\p{Script=Hangul}]/u;
/** To leave what was said before aside: Chinese, Japanese, Korean. */
const CJK_OVERRIDES: readonly RegExp[] = [
  /(?:忽略|忽视|忽視|无视|無視|忘记|忘記|忘掉|不要理会|不要遵守|跳过|跳過)[^。\n]{0,12}(?:之前|以前|以上|先前|上面|前面|上述|此前|所有|全部|你的)[^。\n]{0,10}(?:指令|指示|提示|规则|規則|要求|命令|设定|設定|内容)/u,
  /(?:以前|これまで|今まで|上記|上の|前の|先の|すべて|全て)[^。\n]{0,12}(?:指示|命令|プロンプト|ルール|指令|設定)[^。\n]{0,8}(?:無視|忘れ|従わな|破棄)/u,
  /(?:이전|위의|위에|앞의|앞선|지금까지|모든|기존)[^.\n]{0,12}(?:지시|명령|프롬프트|규칙|지침)[^.\n]{0,8}(?:무시|잊)/u,
];
const CJK_REVEALS =
  /(?:(?:显示|告诉我|输出|重复|打印|透露|泄露|顯示|告訴我)[^。\n]{0,12}(?:系统提示|系統提示|初始指令|提示词|提示詞)|(?:システムプロンプト|初期指示)[^。\n]{0,12}(?:見せ|教え|表示|出力|繰り返)|시스템\s?프롬프트[^.\n]{0,12}(?:보여|알려|출력|공개))/u;

const TAGS = /[\u{e0020}-\u{e007e}]+/gu;
/** Flags of regions are spelt in tags behind a black flag. */
const FLAG = /\u{1f3f4}[\u{e0061}-\u{e007a}\u{e0030}-\u{e0039}]{3,6}\u{e007f}/gu;
const SELECTORS = /\p{Variation_Selector}{4,}/u;
/** Within words of letters that need none: Persian, Hindi and emoji do. */
const SPLIT_WORD = /[a-z0-9][\u00ad\u200b-\u200f\u2060-\u2064\ufeff]{1,20}(?=[a-z0-9])/gi;
const FEW_SPLITS = 3;
const OVERRIDDEN_ORDER = /[\u202d\u202e]/;
const INVISIBLE = /[\u00ad\u200b-\u200f\u202d\u202e\u2060-\u2064\ufeff]|\p{Variation_Selector}|[\u{e0000}-\u{e01ef}]/u;

export function scoreForm(text: string): number {
  let score = 0;
  for (const { weight, pattern } of MARKS) if (pattern.test(text)) score += weight;
  if (CJK.test(text)) score += scoreCjk(text.normalize("NFKC"));
  return INVISIBLE.test(text) ? score + scoreUnseen(text) : score;
}

/** Text in letters that nobody sees, if there is any. */
export function unseenText(text: string): string {
  const tags = text.replace(FLAG, "").match(TAGS) ?? [];
  return tags
    .map((run) => String.fromCodePoint(...[...run].slice(0, 4096).map((tag) => (tag.codePointAt(0) ?? 0) - 0xe0000)))
    .join(" ");
}

function scoreCjk(text: string): number {
  const overrides = CJK_OVERRIDES.some((pattern) => pattern.test(text)) ? 6 : 0;
  return overrides + (CJK_REVEALS.test(text) ? 5 : 0);
}

function scoreUnseen(text: string): number {
  let score = unseenText(text).length >= 4 ? 5 : 0;
  if (SELECTORS.test(text)) score += 5;
  if ((text.match(SPLIT_WORD)?.length ?? 0) >= FEW_SPLITS) score += 3;
  return score + (OVERRIDDEN_ORDER.test(text) ? 2 : 0);
}
