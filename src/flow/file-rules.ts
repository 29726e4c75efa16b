import { type JsonObject, own } from '#core/json.ts';

/** Which files somebody takes, under the names that the DSL gives to its rules; what is absent is allowed. */
export interface FileRules {
  readonly types?: readonly string[];
  /** With their dots, in any case: of files of the type `custom`. */
  readonly extensions?: readonly string[];
  readonly methods?: readonly string[];
}

/** Reads `allowed_file_types` and its like. */
export const fileRulesOf = (written: JsonObject): FileRules => {
  const list = (name: string): readonly string[] | undefined => {
    const value = own(written, name);
    const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
    return texts.length > 0 ? texts : undefined;
  };
  const types = list('allowed_file_types');
  const extensions = list('allowed_file_extensions');
  const methods = list('allowed_file_upload_methods');
  return {
    ...(types && { types }),
    ...(extensions && { extensions }),
    ...(methods && { methods }),
  };
};

const CUSTOM = 'custom';

/** Why a file is not taken, as the end of a sentence about it; undefined where it is. */
export const fileFault = (
  { types, extensions, methods }: FileRules,
  file: JsonObject,
): string | undefined => {
  const text = (name: string): string => {
    const value = own(file, name);
    return typeof value === 'string' ? value : '';
  };
  const [type, method] = [text('type'), text('transfer_method')];
  if (methods && method !== 'tool_file' && !methods.includes(method))
    return `must come as ${methods.join(' or ')}`;
  if (!types || (types.includes(type) && type !== CUSTOM)) return undefined;
  const extension = text('extension').toLowerCase();
  const fits = extensions?.some((one) => one.toLowerCase().replace(/^\.?/, '.') === extension);
  if (types.includes(CUSTOM) && (fits || !extensions)) return undefined;
  const named = types.includes(CUSTOM)
    ? [...types.filter((one) => one !== CUSTOM), ...(extensions ?? [])]
    : types;
  return `must be of the type ${named.join(' or ')}`;
};
