import type { ChatMessage } from '#wire/chat-request.ts';
import { countTokens } from '#simulator/tokens.ts';

/** Tokens that the chat format adds around each message, and before the answer. */
const TOKENS_PER_MESSAGE = 3;
const TOKENS_BEFORE_ANSWER = 3;

/** The texts of a message, one after another. */
export const textOf = ({ parts }: Pick<ChatMessage, 'parts'>): string =>
  parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.kind === 'tool-result' ? textOf({ parts: part.content }) : '';
    })
    .join('');

/** A prompt's size in what vendors charge by: UTF-16 units of text, and images. */
export const promptSize = (
  messages: readonly ChatMessage[],
): { readonly characters: number; readonly images: number } => {
  let characters = 0;
  let images = 0;
  for (const message of messages) {
    characters += textOf(message).length;
    images += message.parts.filter(({ kind }) => kind === 'image').length;
  }
  return { characters, images };
};

/** What one message adds to a prompt, tokens. */
export const messageTokens = (message: ChatMessage): number =>
  TOKENS_PER_MESSAGE + countTokens(textOf(message));

/** A prompt's tokens as the usage of an answer tells them; without images. */
export const promptTokens = (messages: readonly ChatMessage[]): number =>
  messages.reduce((sum, message) => sum + messageTokens(message), TOKENS_BEFORE_ANSWER);
