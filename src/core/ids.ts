import { randomBytes, randomUUID } from 'node:crypto';

/** A call's id: a random UUID, as LiteLLM's `x-litellm-call-id` is. */
export const newCallId = (): string => randomUUID();

/** The part of an id that people read and paste: its first eight characters. */
export const shortId = (id: string): string => id.slice(0, 8);

/** A secret that nobody types: 32 characters of base64url (192 bits). */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** A secret for people to paste: `sk-` and 32 characters of base64url (192 bits). */
export const newSecretKey = (): string => `sk-${newToken()}`;
