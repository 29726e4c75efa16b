/** As they were when the first steps were taken, whatever becomes of the tables: steps never change. */
export const WHO = [
  'token',
  'user_id',
  'team_id',
  'end_user',
  'model_group',
  'model',
  'deployment',
  'provider',
] as const;
export const SUMS = ['requests', 'failures', 'tokens_in', 'tokens_out', 'nanos'] as const;
/** What is left of persons who were forgotten. */
export const FORGOTTEN = 'forgotten';
