import { isEqual } from '#flow/jinja/compare.ts';
import { Func, type Loop, Missing, TemplateError, type Value } from '#flow/jinja/values.ts';

/** What `loop.name` is, as Jinja has it. */
export const loopMember = (loop: Loop, name: string): Value | undefined => {
  const { items, depth0 } = loop.facts;
  const at = loop.at;
  switch (name) {
    case 'index':
      return BigInt(at + 1);
    case 'index0':
      return BigInt(at);
    case 'revindex':
      return BigInt(items.length - at);
    case 'revindex0':
      return BigInt(items.length - at - 1);
    case 'length':
      return BigInt(items.length);
    case 'first':
      return at === 0;
    case 'last':
      return at === items.length - 1;
    case 'depth':
      return BigInt(depth0 + 1);
    case 'depth0':
      return BigInt(depth0);
    case 'previtem':
      return at > 0 ? items[at - 1] : new Missing('there is no previous item');
    case 'nextitem':
      return at + 1 < items.length ? items[at + 1] : new Missing('there is no next item');
    case 'cycle':
      return new Func(name, ({ placed }) => {
        if (placed.length === 0) throw new TemplateError('no items for cycling given');
        return placed[at % placed.length]!;
      });
    case 'changed':
      return new Func(name, ({ placed }) => {
        const isSame =
          loop.seen?.length === placed.length &&
          placed.every((item, i) => isEqual(item, loop.seen![i]!));
        loop.seen = placed;
        return !isSame;
      });
    default:
      return undefined;
  }
};
