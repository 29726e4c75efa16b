import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A path of the checkout, absolute. */
export const inCheckout = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const read = (path: string): string => readFileSync(inCheckout(path), 'utf8');

/** A config and a chatflow that go together. */
export interface Pair {
  readonly name: string;
  readonly config: string;
  readonly chatflow: string;
  readonly isThere: boolean;
}

const pair = (name: string, config: string, chatflow: string): Pair => ({
  name,
  config,
  chatflow,
  isThere: existsSync(inCheckout(config)) && existsSync(inCheckout(chatflow)),
});

/** The example of this repository, and files as people wrote them, where they lie beside the checkout. */
export const pairs: readonly Pair[] = [
  pair('the example', 'examples/litellm_config.yaml', 'examples/six-branches.yml'),
  pair(
    'a config and a chatflow from the field (skipped where ../shared/fixtures is absent)',
    '../shared/fixtures/seed-litellm_config.yaml',
    '../shared/fixtures/seed-chatflow.yml',
  ),
];
