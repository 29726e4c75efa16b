import { readFile } from 'node:fs/promises';
import type { AppsSettings } from '#config/apps-settings.ts';
import { SpillwayError } from '#core/errors.ts';
import { readYaml } from '#core/yaml.ts';
import { openApiTools } from '#server/apps/tools/openapi-tools.ts';
import type { ToolApi } from '#server/apps/tools/tool-box.ts';

/** The APIs that a config describes. Throws SpillwayError `config_invalid` for one that cannot be read. */
export const readToolApis = (
  settings: NonNullable<AppsSettings['tools']>,
): Promise<readonly ToolApi[]> =>
  Promise.all(
    settings.map(async ({ name, openapi, baseUrl, headers }) => {
      const text = await readFile(openapi, 'utf8').catch((cause: unknown) => {
        const message = `spillway_settings.apps.tools: ${openapi} cannot be read.`;
        throw new SpillwayError('config_invalid', message, { cause });
      });
      return { name, headers, tools: openApiTools(readYaml(text, openapi).value, baseUrl) };
    }),
  );
