import {
  type KyselyPlugin,
  OperationNodeTransformer,
  type PrimitiveValueListNode,
  type ValueNode,
} from 'kysely';
import { plainText } from '#core/plain-text.ts';

const plain = (value: unknown): unknown => (typeof value === 'string' ? plainText(value) : value);

class PlainValues extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return { ...node, value: plain(node.value) };
  }

  protected override transformPrimitiveValueList(
    node: PrimitiveValueListNode,
  ): PrimitiveValueListNode {
    return { ...node, values: node.values.map(plain) };
  }
}

/** One text that the database refuses would keep all that goes with it, and all behind it, from being written. */
export const plainValues = (): KyselyPlugin => {
  const transformer = new PlainValues();
  return {
    transformQuery: ({ node }) => transformer.transformNode(node),
    transformResult: ({ result }) => Promise.resolve(result),
  };
};
