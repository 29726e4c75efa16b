export const NAME = 'gemini';
