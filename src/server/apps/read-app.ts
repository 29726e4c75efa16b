import { createHash } from 'node:crypto';
import { type Finding, FindingsError } from '#core/finding.ts';
import type { App } from '#flow/dsl/app.ts';
import { parseApp } from '#flow/dsl/parse.ts';
import type { ResolveModel } from '#flow/model-map.ts';
import { type Flow, prepareFlow } from '#flow/prepare.ts';
import type { ServedApp } from '#service-api/served-apps.ts';

export interface AppSource {
  readonly id: string;
  /** What messages call it. */
  readonly file: string;
  readonly text: string;
  /** What `text` holds, where it has been read already. */
  readonly app?: App;
  readonly isFile: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Reads an app; one that cannot run is kept with what is wrong. Throws FindingsError where it is none. */
export const readApp = (source: AppSource, resolveModel: ResolveModel): ServedApp => {
  const { text, file, id, isFile, createdAt, updatedAt, app = parseApp(text, file) } = source;
  const its = { id, isFile, createdAt, updatedAt, text, workflowId: idOf(text), app };
  return { ...its, ...prepared(app, resolveModel) };
};

/** The same app, after its models have been said to be elsewhere. */
export const preparedAgain = (served: ServedApp, resolveModel: ResolveModel): ServedApp => ({
  ...served,
  ...prepared(served.app, resolveModel),
});

const prepared = (
  app: App,
  resolveModel: ResolveModel,
): { flow: Flow | undefined; findings: readonly Finding[] } => {
  try {
    const flow = prepareFlow(app, { resolveModel });
    return { flow, findings: flow.findings };
  } catch (thrown) {
    if (thrown instanceof FindingsError) return { flow: undefined, findings: thrown.findings };
    throw thrown;
  }
};

/** A UUID (version 8) that is the same for the same text. */
export const idOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};
