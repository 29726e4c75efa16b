import type { JsonObject } from '#core/json.ts';
import type { Complaint } from '#simulator/complaints.ts';
import type { ErrorAnswer } from '#simulator/profiles/profile.ts';

interface ErrorFields {
  readonly message: string;
  readonly type: string;
  readonly param?: string;
  readonly code?: string;
}

/** `{error: {message, type, param, code}}`, the envelope that most vendors have taken over. */
export const errorBody = ({ message, type, param, code }: ErrorFields): JsonObject => ({
  error: { message, type, param: param ?? null, code: code ?? null },
});

export const plainComplaint = ({ status, ...fields }: Complaint): ErrorAnswer => ({
  status,
  headers: {},
  body: errorBody(fields),
});
