import { pyText } from '#flow/jinja/print.ts';
import { Markup, type Value } from '#flow/jinja/values.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

/** Safe to stand in a page; what is so already stays as it is. */
export const escaped = (value: Value): Markup =>
  value instanceof Markup
    ? value
    : new Markup(pyText(value).replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign));
