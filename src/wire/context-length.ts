/** How vendors say that a prompt does not fit into their model's context, in their many words. */
const TOO_LONG = [
  /\bmaximum context (?:length|limit)\b/i,
  /\bcontext (?:length|window|limit)\b.{0,40}\bexceed|\bexceed\w*\b.{0,40}\bcontext (?:length|window|limit)\b/i,
  /\blonger than the model's context length\b/i,
  /\b(?:prompt|input) is too long\b/i,
  /\binput token count\b.{0,40}\bexceeds the maximum number of tokens\b/i,
  /\binput token count is \d+ but the model supports up to\b/i,
  /\btoo many input tokens\b/i,
  /\binput tokens exceed the configured limit\b/i,
  /\bstring too long\. expected a string with maximum length\b/i,
  /\breduce the length of the (?:messages|prompt|input)\b/i,
];

/** They stand in the first sentences. */
const MOST_CHARS = 1000;

export const saysTooLong = (code: string | undefined, message: string): boolean => {
  if (code === 'context_length_exceeded' || code === 'string_above_max_length') return true;
  const said = message.slice(0, MOST_CHARS);
  return TOO_LONG.some((pattern) => pattern.test(said));
};
