import { settled, startWorld, type World } from './world.ts';

const CALLERS = 200;

export interface Bound {
  readonly what: string;
  readonly bound: number;
  /** What it came to. */
  readonly reached: number;
  /** What is set aside when nothing is under way any more: 0 where nothing leaks. */
  readonly left: number;
}

const crowd = (world: World, key: string, body: object): Promise<number[]> =>
  Promise.all(
    Array.from({ length: CALLERS }, (_, n) =>
      world.call(key, { ...body, stream: n % 2 === 0 }, n % 7 === 0 ? n % 25 : undefined),
    ),
  );

/** Callers at the same time against one bound; some leave before they have their answer. */
export const boundsHeld = async (): Promise<readonly Bound[]> => {
  const world = await startWorld();
  const { keeping, gateway } = world.gateway;
  const money = async (what: string, body: object): Promise<Bound> => {
    const { key, token } = await world.generate({ max_budget: 300 });
    await crowd(world, key, body);
    await crowd(world, key, body);
    await settled(world);
    const { id } = keeping!.directory.byToken(token)!;
    const { spentNanos, reservedNanos } = keeping!.purses.purse({ kind: 'key', id, sinceMs: 0 });
    return { what, bound: 300, reached: spentNanos / 1e9, left: reservedNanos / 1e9 };
  };
  const limit = async (field: string, bound: number, dimension: string): Promise<Bound> => {
    const { key, token } = await world.generate({ [field]: bound });
    let most = 0;
    const account = `own/api_key/${keeping!.directory.byToken(token)!.id}`;
    const gaugeOf = () =>
      gateway.balance.ledger
        .gauges(account, gateway.clock.now())
        .find((gauge) => gauge.dimension === dimension);
    const watch = setInterval(() => {
      most = Math.max(most, bound - (gaugeOf()?.level ?? bound));
    }, 1);
    await crowd(world, key, { max_tokens: 2 });
    await settled(world);
    clearInterval(watch);
    const level = gaugeOf()?.level ?? bound;
    return {
      what: field,
      bound,
      reached: most,
      left: dimension === 'parallel' ? bound - level : 0,
    };
  };
  const bounds = [
    await money(`$300, ${2 * CALLERS} calls, max_tokens given`, { max_tokens: 2 }),
    await limit('rpm_limit', 50, 'requests'),
    await limit('tpm_limit', 1_000, 'tokens'),
    await limit('max_parallel_requests', 10, 'parallel'),
  ];
  await world.close();
  return bounds;
};
