import type { ChatMessage } from '#wire/chat-event.ts';
import { countTokens } from '#simulator/tokens.ts';

/** Tokens that the chat format adds around each message, and before the answer. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_BEFORE_ANSWER = 3;

/** The texts of a message, one after another. */
export const textOf = ({ content }: ChatMessage): string => {
  if (content === null) return '';
  if (typeof content === 'string') return content;
  return content.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('');
};

/** A prompt's size in what vendors charge by: UTF-16 units of text, and images. */
export const promptSize = (
  messages: readonly ChatMessage[],
): { readonly characters: number; readonly images: number } => {
  let characters = 0;
  let images = 0;
  for (const message of messages) {
    characters += textOf(message).length;
    if (Array.isArray(message.content)) {
      images += message.content.filter((part) => part['type'] === 'image_url').length;
    }
  }
  return { characters, images };
};

/** What one message adds to a prompt, tokens. */
export const messageTokens = (message: ChatMessage): number =>
  TOKENS_PER_MESSAGE + countTokens(textOf(message));

/** A prompt's tokens as the usage of an answer tells them; without images. */
export const promptTokens = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, message) => sum + messageTokens(message), TOKENS_BEFORE_ANSWER);
