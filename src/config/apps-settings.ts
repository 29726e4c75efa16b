import { name } from '#config/values.ts';
import { servedName } from '#config/group-name.ts';
import type { AppModelMapping } from '#config/loaded.ts';
import { z } from '#core/schema.ts';

const keySchema = z
  .string()
  .regex(/^app-\S{16,200}$/, 'a key that begins with "app-", 20 characters or more');

/** What `spillway_settings.apps` may hold, for a config with these groups. */
export const appsSchema = (groups: ReadonlySet<string>) =>
  z.strictObject({
    models: z
      .array(
        z.strictObject({
          provider: z.string().min(1).optional(),
          name,
          group: servedName(groups),
        }),
      )
      .nullish(),
    dir: z.string().min(1).nullish(),
    keys: z.array(z.strictObject({ app: name, key: keySchema.nullish() })).nullish(),
    tools: z
      .array(
        z.strictObject({
          name,
          openapi: z.string().min(1),
          base_url: z
            .string()
            .regex(/^https?:\/\/\S+$/, 'an address that begins with http')
            .nullish(),
          headers: z.record(z.string(), z.string()).nullish(),
        }),
      )
      .nullish(),
    network: z.strictObject({ allow: z.array(name).nullish() }).nullish(),
  });

/** Apps: which model serves theirs, where their files lie, who may call them, whom they may call. */
export interface AppsSettings {
  readonly models: readonly AppModelMapping[];
  /** A folder of DSL files; relative to where the program was started. */
  readonly dir?: string;
  /** `app` is an app's name, or the name of its file without its end. */
  readonly keys?: readonly { readonly app: string; readonly key: string }[];
  /** APIs whose operations are tools; `openapi` is a file, read where the program was started. */
  readonly tools?: readonly {
    readonly name: string;
    readonly openapi: string;
    readonly baseUrl?: string;
    readonly headers: Readonly<Record<string, string>>;
  }[];
  /** Hosts and networks that flows may call though they are private. */
  readonly allow?: readonly string[];
}

export const loadApps = (
  written: z.infer<ReturnType<typeof appsSchema>> | null | undefined,
): AppsSettings => ({
  models: (written?.models ?? []).map(({ provider, ...rest }) => ({
    ...(provider ? { provider } : {}),
    ...rest,
  })),
  ...(written?.dir && { dir: written.dir }),
  // A variable that is not set has been told of already.
  ...(written?.keys && {
    keys: written.keys.flatMap(({ app, key }) => (key ? [{ app, key }] : [])),
  }),
  ...(written?.tools && {
    tools: written.tools.map(({ name: api, openapi, base_url: baseUrl, headers }) => ({
      name: api,
      openapi,
      headers: headers ?? {},
      ...(baseUrl && { baseUrl }),
    })),
  }),
  ...(written?.network?.allow && { allow: written.network.allow }),
});
