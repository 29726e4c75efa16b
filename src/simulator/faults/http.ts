import { z } from '#core/schema.ts';
import { defineFault } from '#simulator/faults/fault.ts';
import { headerFields } from '#simulator/faults/header-fields.ts';

const HTML =
  '<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Error</h1><hr>proxy</body></html>\n';

export default defineFault({
  name: 'http',
  about: 'an answer of another status, in the words of the vendor, as a page, or empty',
  example: '{kind: http, status: 529, at_s: 30, dur_s: 20}',
  options: {
    status: z.int().min(200).max(599),
    body: z.enum(['vendor', 'html', 'empty']).default('vendor'),
    message: z.string().max(10_000).default('The server is not available at the moment.'),
    code: z.string().max(200).optional(),
    headers: headerFields.default({}),
    /** Without the headers that every answer has. */
    bare: z.boolean().default(false),
  },
  strike: ({ status, body, message, code, headers, bare }) => ({
    answer(profile) {
      if (body === 'empty') return { status, headers, text: '', bare };
      if (body === 'html')
        return { status, headers: { 'content-type': 'text/html', ...headers }, text: HTML, bare };
      const type = status >= 500 ? 'server_error' : 'invalid_request_error';
      const said = profile.complain({ status, message, type, ...(code && { code }) });
      return {
        status,
        headers: { 'content-type': 'application/json', ...said.headers, ...headers },
        text: JSON.stringify(said.body),
        bare,
      };
    },
  }),
});
