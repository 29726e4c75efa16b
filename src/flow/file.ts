import { isObject, type Json, type JsonObject, own } from '#core/json.ts';

/** What tells a file from any other object among a run's values. */
const IDENTITY = '__dify__file__';

export type FileKind = 'image' | 'document' | 'audio' | 'video' | 'custom';

/** A file as a flow knows it: what it is called and where its bytes are, never the bytes. */
export interface FlowFile {
  /** Of the upload, or of the file that a node made; empty for one that is only a URL. */
  readonly id: string;
  readonly kind: FileKind;
  readonly method: 'local_file' | 'remote_url' | 'tool_file';
  readonly name: string;
  /** With its dot; empty when it has none. */
  readonly extension: string;
  readonly mimeType: string;
  /** -1 where nobody knows. */
  readonly sizeBytes: number;
  /** Where a person or a model may fetch it; empty when it is only here. */
  readonly url: string;
}

/** The value that stands for a file in a run. */
export const fileValue = (file: FlowFile): JsonObject => ({
  dify_model_identity: IDENTITY,
  id: file.id,
  type: file.kind,
  transfer_method: file.method,
  remote_url: file.method === 'remote_url' ? file.url : '',
  related_id: file.id,
  filename: file.name,
  extension: file.extension,
  mime_type: file.mimeType,
  size: file.sizeBytes,
  url: file.url,
});

export const isFile = (value: Json | undefined): value is JsonObject =>
  isObject(value) && own(value, 'dify_model_identity') === IDENTITY;

export const readFile = (value: Json | undefined): FlowFile | undefined => {
  if (!isFile(value)) return undefined;
  const text = (key: string): string => {
    const found = own(value, key);
    return typeof found === 'string' ? found : '';
  };
  const size = own(value, 'size');
  return {
    id: text('related_id') || text('id'),
    kind: kindOf(text('type')),
    method: methodOf(text('transfer_method')),
    name: text('filename'),
    extension: text('extension'),
    mimeType: text('mime_type'),
    sizeBytes: typeof size === 'number' ? size : -1,
    url: text('url') || text('remote_url'),
  };
};

/** A file's attributes as a selector names them, where its value calls them otherwise. */
export const FILE_KEYS: Readonly<Record<string, string>> = { name: 'filename' };

const KINDS: readonly FileKind[] = ['image', 'document', 'audio', 'video', 'custom'];

const kindOf = (text: string): FileKind => KINDS.find((kind) => kind === text) ?? 'custom';

const METHODS: readonly FlowFile['method'][] = ['local_file', 'remote_url', 'tool_file'];

const methodOf = (text: string): FlowFile['method'] =>
  METHODS.find((method) => method === text) ?? 'remote_url';
