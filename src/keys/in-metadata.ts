import { isObject, type JsonObject } from '#core/json.ts';

/** Fields of keys and teams that LiteLLM keeps in their metadata: its clients write and read them there. */
const IN_METADATA = [
  'tags',
  'model_rpm_limit',
  'model_tpm_limit',
  'rpm_limit_type',
  'tpm_limit_type',
  'guardrails',
  'prompts',
  'enforced_params',
  'team_member_key_duration',
];

/** The schemas of somebody's fields, by their names. */
type Shape = Readonly<Record<string, { safeParse(value: unknown): { readonly success: boolean } }>>;

/**
 * The same with such fields taken out of its metadata, where they fit. What is said outside of it comes
 * first; what does not fit stays, as a note like any other.
 */
export const fromMetadata = (shape: Shape, body: object): object => {
  const { metadata } = body as { readonly metadata?: unknown };
  if (!isObject(metadata)) return body;
  const found = IN_METADATA.filter(
    (name) =>
      Object.hasOwn(metadata, name) &&
      Object.hasOwn(shape, name) &&
      shape[name]!.safeParse(metadata[name]).success,
  );
  if (found.length === 0) return body;
  return {
    ...Object.fromEntries(found.map((name) => [name, metadata[name]])),
    ...body,
    metadata: Object.fromEntries(
      Object.entries(metadata).filter(([name]) => !found.includes(name)),
    ),
  };
};

/** The metadata of a row as LiteLLM shows it. */
export const shownMetadata = (row: object): { readonly metadata: JsonObject } | undefined => {
  const said = Object.entries(row).filter(
    ([name, value]) => IN_METADATA.includes(name) && isSaid(value),
  );
  if (said.length === 0) return undefined;
  const { metadata } = row as { readonly metadata?: unknown };
  return { metadata: { ...(isObject(metadata) && metadata), ...Object.fromEntries(said) } };
};

const isSaid = (value: unknown): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined;
