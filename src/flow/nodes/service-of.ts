import { SpillwayError } from '#core/errors.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import type { FlowServices } from '#flow/ports.ts';

const WHAT: Readonly<Record<string, string>> = {
  fetch: 'Requests to the world outside are',
  runCode: 'Code is',
  renderJinja: 'Templates are',
  files: 'Files are',
  extractText: 'Reading documents is',
  tools: 'Tools are',
};

/** A service that may be left out. Throws SpillwayError `node_failed` when it is. */
export const serviceOf = <Name extends Exclude<keyof FlowServices, 'chat'>>(
  { services }: NodeRun<unknown>,
  name: Name,
): NonNullable<FlowServices[Name]> => {
  const service = services[name];
  if (service !== undefined) return service;
  throw new SpillwayError('node_failed', `${WHAT[name]} not available where this flow runs.`);
};
