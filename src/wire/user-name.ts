import type { ChatRequest, RequestField } from '#wire/chat-request.ts';

/** Vendors of these dialects refuse longer names of whom a request is made for, characters. */
const MOST_USER_CHARS = 64;

/** Other dialects allow more: names that are too long here are left out, not cut, or two would be one. */
export const longUser = ({ user = '' }: ChatRequest): readonly RequestField[] =>
  user.length > MOST_USER_CHARS ? ['user'] : [];
