import { listAt, textAt } from '#core/fields.ts';
import type { App } from '#flow/dsl/app.ts';
import type { Selector } from '#flow/variables.ts';

/** The type that an app declares for a variable of its conversation or of a loop. */
export const declaredType = (
  { nodes, conversationVariables }: Pick<App, 'nodes' | 'conversationVariables'>,
  [scope, name]: Selector,
): string | undefined => {
  if (scope === 'conversation')
    return conversationVariables.find((variable) => variable.name === name)?.type;
  const data = nodes.find(({ id, type }) => id === scope && type === 'loop')?.data;
  const found = listAt(data ?? {}, 'loop_variables').find((item) => textAt(item, 'label') === name);
  return (found && textAt(found, 'var_type')) || undefined;
};
