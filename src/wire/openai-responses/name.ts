/** This dialect's name: of what only its requests and replies know. */
export const NAME = 'openai-responses';
