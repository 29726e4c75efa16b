import { configParts } from '#config/check.ts';
import type { LoadedConfig } from '#config/loaded.ts';
import { type Finding, FindingsError, isSecretPath, type Path } from '#core/finding.ts';
import { isObject, type Json } from '#core/json.ts';
import { readYaml } from '#core/yaml.ts';
import type { ConfigDesk } from '#gateway/console/deps.ts';
import type { CheckReply, ConfigFinding } from '#gateway/console/shapes.ts';
import type { Environment } from '#server/env.ts';
import { loadConfigText } from '#server/load-config.ts';

/** The text of the config in force and its name. */
export interface ConfigSource {
  readonly text: string;
  readonly file: string;
  readonly environment: Environment;
}

/** The config for people to read and to try changes on; nothing that they type takes effect. */
export const createConfigDesk = ({ text, file, environment }: ConfigSource): ConfigDesk => {
  const secrets = secretsOf(text, file);
  const check = (asked: string): CheckReply => {
    try {
      const config = loadConfigText(restored(asked, secrets), { file, environment });
      return { findings: findingsOf(config), summary: configParts(config) };
    } catch (thrown) {
      if (!(thrown instanceof FindingsError)) throw thrown;
      return { findings: thrown.findings.map((one) => json(one, 'error')), summary: null };
    }
  };
  return {
    check,
    show: () => ({ file, text: masked(text, secrets), ...check(text) }),
  };
};

const findingsOf = (config: LoadedConfig): ConfigFinding[] => [
  ...config.unusable.map(({ reason }) => json(reason, 'error')),
  ...config.warnings.map((one) => json(one, 'warning')),
];

const json = ({ line, column, path, message }: Finding, severity: string): ConfigFinding => ({
  line,
  column,
  severity,
  path,
  message,
});

const REFERENCE = 'os.environ/';
const LEAST_CHARS = 3;
const USER_IN_URL = /:\/\/([^/@\s]+)@/g;

/** Every text of the file that stands where secrets do and names no variable; the longest first. */
const secretsOf = (text: string, file: string): readonly string[] => {
  const found = new Set<string>();
  const walk = (value: Json, path: Path): void => {
    if (Array.isArray(value)) value.forEach((each, i) => walk(each, [...path, i]));
    else if (isObject(value))
      for (const [key, each] of Object.entries(value)) walk(each, [...path, key]);
    else if (isSecretPath(path) && value !== null) {
      const word = String(value);
      if (word.length >= LEAST_CHARS && !word.startsWith(REFERENCE)) found.add(word);
    }
  };
  walk(readYaml(text, file).value, []);
  for (const [, user = ''] of text.matchAll(USER_IN_URL)) found.add(user);
  return [...found].toSorted((a, b) => b.length - a.length);
};

const mark = (i: number): string => `•••••${i + 1}`;

const masked = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((so, secret, i) => so.replaceAll(secret, mark(i)), text);

/** What a page sends back has marks in place of secrets: for checking they are what they stood for. */
const restored = (text: string, secrets: readonly string[]): string =>
  secrets.reduceRight((so, secret, i) => so.replaceAll(mark(i), secret), text);
