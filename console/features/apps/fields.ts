import type { AppReply } from '#gateway/console/app-shapes.ts';

/** A field of the form that an app asks for. */
export interface FormField {
  readonly type: string;
  readonly name: string;
  readonly label: string;
  readonly isRequired: boolean;
  readonly longest: number | undefined;
  readonly options: readonly string[];
  readonly first: unknown;
  readonly files: FileRule;
}

/** What files may be given. */
export interface FileRule {
  readonly most: number;
  readonly byUpload: boolean;
  readonly byUrl: boolean;
  /** As a browser's dialogue takes it; empty for any. */
  readonly accept: string;
}

const textAt = (of: Readonly<Record<string, unknown>>, name: string): string => {
  const value = of[name];
  return typeof value === 'string' ? value : '';
};

const textsAt = (of: Readonly<Record<string, unknown>>, name: string): string[] => {
  const value = of[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
};

const numberAt = (of: Readonly<Record<string, unknown>>, name: string): number | undefined => {
  const value = of[name];
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
};

const MOST_FILES = 5;

export const fieldsOf = ({ form }: AppReply): FormField[] =>
  form.flatMap((entry) => {
    const [type, field] = Object.entries(entry)[0] ?? [];
    if (type === undefined || field === undefined) return [];
    const name = textAt(field, 'variable');
    if (name === '' || field['hide'] === true) return [];
    return {
      type,
      name,
      label: textAt(field, 'label') || name,
      isRequired: field['required'] === true,
      longest: numberAt(field, 'max_length'),
      options: textsAt(field, 'options'),
      first: field['default'],
      files: ruleOf(field, {
        methods: textsAt(field, 'allowed_file_upload_methods'),
        most: type === 'file' ? 1 : (numberAt(field, 'max_length') ?? MOST_FILES),
      }),
    };
  });

/** Files beside a question; undefined where the app takes none. */
export const questionFiles = ({ file_upload: upload }: AppReply): FileRule | undefined => {
  const image = upload['image'] as Readonly<Record<string, unknown>> | undefined;
  const isOld = upload['enabled'] !== true && image?.['enabled'] === true;
  if (upload['enabled'] !== true && !isOld) return undefined;
  const of = isOld ? { ...image, allowed_file_types: ['image'] } : upload;
  const methods = [
    ...textsAt(of, 'allowed_file_upload_methods'),
    ...textsAt(of, 'transfer_methods'),
  ];
  return ruleOf(of, { methods, most: numberAt(of, 'number_limits') ?? MOST_FILES });
};

const ACCEPT: Readonly<Record<string, string>> = {
  image: 'image/*',
  audio: 'audio/*',
  video: 'video/*',
  document: '.pdf,.txt,.md,.html,.csv,.json,.xml,.docx,.xlsx,.pptx,.yml,.yaml',
};

const ruleOf = (
  of: Readonly<Record<string, unknown>>,
  { methods, most }: { readonly methods: readonly string[]; readonly most: number },
): FileRule => {
  const types = textsAt(of, 'allowed_file_types');
  const isAny = types.length === 0 || types.some((type) => !Object.hasOwn(ACCEPT, type));
  return {
    most,
    byUpload: methods.length === 0 || methods.includes('local_file'),
    byUrl: methods.length === 0 || methods.includes('remote_url'),
    accept: isAny ? '' : types.map((type) => ACCEPT[type]).join(','),
  };
};

/** What a run was given, to be given again; files are picked anew. */
export interface Given {
  readonly query: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What a form begins with: what was given before, else what its fields say. */
export const firstValues = (fields: readonly FormField[], given?: Given): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap(({ name, type, first: said }) => {
      const first = given ? given.inputs[name] : said;
      const isNothing = first === undefined || first === null || first === '';
      return isNothing || type.startsWith('file') ? [] : [[name, first]];
    }),
  );

/** What is still missing: labels of required fields without a value. */
export const missingIn = (
  fields: readonly FormField[],
  values: Readonly<Record<string, unknown>>,
): string[] =>
  fields
    .filter(({ isRequired, name }) => {
      const value = values[name];
      return isRequired && (value === undefined || value === '' || isEmptyList(value));
    })
    .map(({ label }) => label);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
