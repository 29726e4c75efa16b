/** What goes with every prompt, as it was typed. */
export interface ChatParameters {
  readonly system: string;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  /** JSON, or nothing. */
  readonly tools: string;
}

export const FIRST_PARAMETERS: ChatParameters = {
  system: '',
  temperature: undefined,
  maxTokens: undefined,
  tools: '',
};

export const EXAMPLE_TOOLS = JSON.stringify(
  [
    {
      type: 'function',
      function: {
        name: 'weather',
        description: 'The weather in a city.',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
        },
      },
    },
  ],
  undefined,
  2,
);

/** The tools that were typed; undefined for none. Throws SyntaxError for what is no JSON. */
export const readTools = (text: string): unknown =>
  text.trim() === '' ? undefined : JSON.parse(text);
