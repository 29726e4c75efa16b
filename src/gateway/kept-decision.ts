import { isJson } from '#core/json.ts';

/** A request as it is kept. */
export interface Kept {
  readonly id: string;
  /** As JSON, ≤ 1 KB. */
  readonly text: string;
  readonly error: string | undefined;
  /** As JSON, of a request that was refused for want of room. */
  readonly asked: string | undefined;
}

/** Fields in a row, as pieces of a line: JSON has neither tabs nor line ends of its own. */
export const lineOf = ({ id, text, error, asked }: Kept): readonly string[] => [
  id,
  '\t',
  text,
  error === undefined && asked === undefined
    ? '\t\t\n'
    : `\t${error === undefined ? '' : JSON.stringify(error)}\t${asked ?? ''}\n`,
];

/** Of a line that `lineOf` wrote. */
export const keptOf = (line: string): Kept => {
  const [id = '', text = '', error = '', asked = ''] = line.trimEnd().split('\t');
  return {
    id,
    text,
    error: error === '' ? undefined : (JSON.parse(error) as string),
    asked: asked === '' ? undefined : asked,
  };
};

/** Of a line that was found, without its end; undefined for what is no whole line of ours. */
export const keptIn = (line: string): Kept | undefined => {
  const [id, text = '', error = '', asked, ...more] = line.split('\t');
  if (!id || asked === undefined || more.length > 0) return undefined;
  if (!isJson(text) || !(error === '' || isJson(error)) || !(asked === '' || isJson(asked)))
    return undefined;
  return keptOf(line);
};
