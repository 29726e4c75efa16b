import { FindingsError } from '#core/finding.ts';
import { readFaults } from '#simulator/config/faults.ts';
import type { Exchange } from '#simulator/exchange.ts';
import { MOST_FAULTS } from '#simulator/faults/script.ts';
import { formatCounters, formatProjects } from '#simulator/projects-table.ts';
import type { Handler } from '#simulator/site.ts';

const MOST_SCRIPT_BYTES = 1024 * 1024;

const showTable: Handler = ({ reports }, exchange) => {
  const seen = reports();
  return exchange.sendText(200, `${formatProjects(seen)}\n${formatCounters(seen)}`);
};

const showProjects: Handler = ({ reports }, exchange) => exchange.sendJson(200, {}, reports());

const reset: Handler = (site, exchange) => {
  site.reset();
  return exchange.sendJson(200, {}, { status: 'reset' });
};

const showFaults: Handler = ({ faults }, exchange) => exchange.sendJson(200, {}, faults.list());

/** Sets one fault or a list of them, as a file would. */
const setFaults: Handler = async (site, exchange) => {
  const text = await exchange.readBody(MOST_SCRIPT_BYTES).catch(() => null);
  if (text === null) return;
  if (text === undefined)
    return complain(exchange, 413, `A script is at most ${MOST_SCRIPT_BYTES} bytes.`);
  try {
    if (!site.faults.add(readFaults(text, 'body', site.targets)))
      return complain(exchange, 400, `At most ${MOST_FAULTS} faults; DELETE some first.`);
  } catch (thrown) {
    if (!(thrown instanceof FindingsError)) throw thrown;
    return complain(exchange, 400, thrown.message);
  }
  return showFaults(site, exchange);
};

/** All, or the one that `?id=` names. */
const clearFaults: Handler = (site, exchange) => {
  const id = exchange.query.get('id');
  if (!site.faults.remove(id ?? undefined))
    return complain(exchange, 404, 'There is no such fault; GET lists those there are.');
  return showFaults(site, exchange);
};

const complain = (exchange: Exchange, status: number, message: string): Promise<void> =>
  exchange.sendJson(status, {}, { error: { message } });

/** What concerns the simulator itself, and no vendor: who may reach its port may use it. */
export const CONTROL_ROUTES: readonly [path: string, ReadonlyMap<string, Handler>][] = [
  ['/', new Map([['GET', showTable]])],
  ['/simulator', new Map([['GET', showTable]])],
  ['/simulator/projects', new Map([['GET', showProjects]])],
  ['/simulator/reset', new Map([['POST', reset]])],
  [
    '/simulator/faults',
    new Map([
      ['GET', showFaults],
      ['POST', setFaults],
      ['DELETE', clearFaults],
    ]),
  ],
];
