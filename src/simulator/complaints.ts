/** A vendor's "no" for a reason that all vendors share; each writes it in its own shape. */
export interface Complaint {
  readonly status: number;
  readonly message: string;
  readonly type: 'invalid_request_error' | 'server_error';
  readonly param?: string;
  readonly code?: string;
}

/** `key` is what the caller sent; the answer shows its ends at most. */
export const unauthorized = (key: string | undefined): Complaint =>
  key === undefined
    ? invalid(401, {
        message:
          "You didn't provide an API key. Send it in an Authorization header: Authorization: Bearer YOUR_KEY.",
      })
    : invalid(401, {
        message: `Incorrect API key provided: ${maskKey(key)}.`,
        code: 'invalid_api_key',
      });

export const unknownModel = (model: string): Complaint =>
  invalid(404, {
    message: `The model \`${model}\` does not exist or you do not have access to it.`,
    code: 'model_not_found',
  });

export const missingParameter = (name: string): Complaint =>
  invalid(400, {
    message: `Missing required parameter: '${name}'.`,
    param: name,
    code: 'missing_required_parameter',
  });

/** Signed, but not with this secret, for this request, at this time. */
export const wrongSignature = (): Complaint =>
  invalid(403, {
    message:
      'The request signature we calculated does not match the signature you provided. Check your secret access key and signing method.',
    code: 'invalid_signature',
  });

export const missingHeader = (name: string): Complaint =>
  invalid(400, { message: `${name}: header is required` });

export const invalidParameter = (message: string, param: string | undefined): Complaint =>
  invalid(400, { message, ...(param !== undefined && { param }) });

export const unknownPrevious = (id: string): Complaint =>
  invalid(400, {
    message: `Previous response with id '${id}' not found.`,
    param: 'previous_response_id',
    code: 'previous_response_not_found',
  });

export const notKept = (id: string): Complaint =>
  invalid(404, { message: `Response with id '${id}' not found.` });

export const notCancellable = (): Complaint =>
  invalid(400, { message: 'Cannot cancel a synchronous response.' });

export const invalidJson = (): Complaint =>
  invalid(400, { message: 'We could not parse the JSON body of your request.' });

export const tooLarge = (limitBytes: number): Complaint =>
  invalid(413, { message: `The request body is larger than ${limitBytes} bytes.` });

export const unknownPath = (method: string, path: string): Complaint =>
  invalid(404, { message: `Invalid URL (${method} ${path})` });

export const wrongMethod = (method: string, path: string): Complaint =>
  invalid(405, { message: `Not allowed to ${method} on ${path}.`, code: 'method_not_supported' });

export const internal = (): Complaint => ({
  status: 500,
  message: 'The server had an error while processing your request.',
  type: 'server_error',
});

const invalid = (status: number, fields: Omit<Complaint, 'status' | 'type'>): Complaint => ({
  status,
  type: 'invalid_request_error',
  ...fields,
});

/** A key's two ends, as many as do not give it away. */
const maskKey = (key: string): string =>
  key.length < 16 ? '****' : `${key.slice(0, 3)}****${key.slice(-4)}`;
