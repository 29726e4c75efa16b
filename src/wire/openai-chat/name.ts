export const NAME = 'openai-chat';
