import type { Path } from '#core/finding.ts';
import { isObject, own, valueAt } from '#core/json.ts';
import { withTexts } from '#core/yaml-edit.ts';
import type { App } from '#flow/dsl/app.ts';

/** An app's text for another Dify to import: as it was, without its secrets unless they are wanted. */
export const exportApp = (text: string, { document }: App, withSecrets: boolean): string => {
  if (withSecrets) return text;
  const variables = valueAt(document.value, ['workflow', 'environment_variables']);
  const secret = (Array.isArray(variables) ? variables : []).flatMap(
    (variable, i): (readonly [Path, string])[] =>
      isObject(variable) && own(variable, 'value_type') === 'secret'
        ? [[['workflow', 'environment_variables', i, 'value'], '']]
        : [],
  );
  return withTexts(text, secret);
};
