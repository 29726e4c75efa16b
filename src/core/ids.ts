import { randomBytes, randomUUID } from 'node:crypto';

const WITH_TIME = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-([0-9a-f]{12})$/;

/**
 * A call's id: a UUID, as LiteLLM's `x-litellm-call-id` is, of version 8. Its begin is random, which is
 * what people read; its end is the instant (Unix epoch ms), by which a record is found again.
 */
export const newCallId = (): string => {
  const random = randomUUID();
  const time = Date.now().toString(16).padStart(12, '0');
  return `${random.slice(0, 14)}8${random.slice(15, 24)}${time}`;
};

/** When such an id was made, Unix epoch ms; undefined of any other. */
export const timeOf = (id: string): number | undefined => {
  const time = WITH_TIME.exec(id)?.[1];
  return time === undefined ? undefined : Number.parseInt(time, 16);
};

/** The part of an id that people read and paste: its first eight characters. */
export const shortId = (id: string): string => id.slice(0, 8);

/** A secret that nobody types: 32 characters of base64url (192 bits). */
export const newToken = (): string => randomBytes(24).toString('base64url');

/** A secret for people to paste: `sk-` and 32 characters of base64url (192 bits). */
export const newSecretKey = (): string => `sk-${newToken()}`;
