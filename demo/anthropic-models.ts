/** What Claude models differ in and refuse with 400. Names the demo does not know (`claude-demo`) may do everything. */
export interface ClaudeModel {
  /** Takes `temperature`, `top_p` and `top_k`, and thinking by budget. */
  readonly samples: boolean;
  readonly thinksAdaptively: boolean;
  readonly thinksAlways: boolean;
  /** Goes on from a last message of the assistant. */
  readonly prefills: boolean;
  /** Takes `system` messages after a user turn. */
  readonly systemTurns: boolean;
}

const ADAPTIVE_ONLY = /^claude-(opus-(4-[7-9]|[5-9])|(sonnet|haiku)-[5-9]|fable|mythos)/;
const BUDGET_ONLY = /^claude-(3|(opus|sonnet)-4-[0-5]|haiku-4)/;
const FOUR_SIX = /^claude-(opus|sonnet)-4-6/;
const NO_SYSTEM_TURNS = /^claude-(3|(sonnet|haiku)-4|opus-4-[0-7]|sonnet-5(-2|$))/;

export function claudeModel(name: string): ClaudeModel {
  return {
    samples: !ADAPTIVE_ONLY.test(name),
    thinksAdaptively: !BUDGET_ONLY.test(name),
    thinksAlways: /^claude-(fable|mythos)/.test(name),
    prefills: !ADAPTIVE_ONLY.test(name) && !FOUR_SIX.test(name),
    systemTurns: !NO_SYSTEM_TURNS.test(name),
  };
}
