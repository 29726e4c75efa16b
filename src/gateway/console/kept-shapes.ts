import { z } from '#core/schema.ts';

/** What the console is told of people and money: dollars, `null` for what is not known. */

const text = z.string();
const amount = z.number();

const sums = {
  requests: amount,
  failures: amount,
  input_tokens: amount,
  output_tokens: amount,
  spend: amount,
};

export const usageReply = z.object({
  /** When each hour or day (UTC) begins, the oldest first; those without requests too. */
  times: z.array(text),
  series: z.array(
    z.object({
      /** `null`: all others together. */
      id: text.nullable(),
      name: text.nullable(),
      requests: z.array(amount),
      tokens: z.array(amount),
      spend: z.array(amount),
    }),
  ),
  rows: z.array(z.object({ id: text, name: text.nullable(), ...sums })),
  /** Rows that are not listed: the smallest. */
  left_out: amount,
  total: z.object(sums),
});
export type UsageReply = z.infer<typeof usageReply>;

/** By the word of the key; those that are gone are absent. */
export const callersReply = z.object({ names: z.record(text, text) });
export type CallersReply = z.infer<typeof callersReply>;

export const historyReply = z.object({
  total: amount,
  records: z.array(
    z.looseObject({
      request_id: text,
      startTime: text,
      endTime: text,
      api_key: text,
      key_name: text.nullable(),
      user: text,
      team_id: text,
      team_name: text.nullable(),
      end_user: text,
      model_group: text,
      model: text,
      model_id: text,
      status: text,
      prompt_tokens: amount,
      completion_tokens: amount,
      spend: amount,
    }),
  ),
});

export const budgetsReply = z.object({
  /** How many there are; the first of them are listed. */
  total: amount,
  budgets: z.array(
    z.object({
      kind: z.enum(['everybody', 'provider', 'team', 'member', 'user', 'key', 'model', 'end_user']),
      id: text,
      name: text,
      spend: amount,
      max_budget: amount,
      soft_budget: amount.nullable(),
      budget_duration: text.nullable(),
      /** When its running window ends, ISO; `null`: never. */
      budget_reset_at: text.nullable(),
    }),
  ),
});
export type BudgetsReply = z.infer<typeof budgetsReply>;
