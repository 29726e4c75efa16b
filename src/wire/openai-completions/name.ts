export const NAME = 'openai-completions';
