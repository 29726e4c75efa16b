import openai from '#providers/openai.ts';
import { createTarget } from '#upstream/target.ts';

/** A deployment of OpenAI's, at an address where nobody is. */
export const target = createTarget(openai, {
  name: 'PJ1',
  id: 'PJ1',
  group: 'g',
  model: 'm',
  apiBase: 'http://127.0.0.1:1/v1',
  extraHeaders: {},
  defaults: {},
});
