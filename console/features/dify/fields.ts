/** One field of the form, as Dify names it. */
export interface DifyField {
  readonly name: string;
  /** Undefined for the key, which no page knows. */
  readonly value: string | undefined;
  readonly why:
    | 'type'
    | 'name'
    | 'key'
    | 'url'
    | 'endpointName'
    | 'mode'
    | 'context'
    | 'mostTokens'
    | 'functions'
    | 'streamFunctions'
    | 'vision'
    | 'delimiter';
}

const CONTEXT = 128_000;
const MOST_TOKENS = 4_096;

/** The form of the plugin OpenAI-API-compatible, from its top to its end. */
export const fieldsOf = (of: {
  readonly model: string;
  readonly base: string;
  readonly contextTokens: number | undefined;
}): readonly DifyField[] => [
  { name: 'Model Type', value: 'LLM', why: 'type' },
  { name: 'Model Name', value: of.model, why: 'name' },
  { name: 'API Key', value: undefined, why: 'key' },
  { name: 'API endpoint URL', value: of.base, why: 'url' },
  { name: 'model name for API endpoint', value: of.model, why: 'endpointName' },
  { name: 'Completion mode', value: 'Chat', why: 'mode' },
  { name: 'Model context size', value: String(of.contextTokens ?? CONTEXT), why: 'context' },
  { name: 'Upper bound for max tokens', value: String(MOST_TOKENS), why: 'mostTokens' },
  { name: 'Function calling', value: 'Tool Call', why: 'functions' },
  { name: 'Stream function calling', value: 'Support', why: 'streamFunctions' },
  { name: 'Vision Support', value: 'Support', why: 'vision' },
  { name: 'Delimiter for streaming results', value: String.raw`\n\n`, why: 'delimiter' },
];
