import { Buffer } from 'node:buffer';
import type { Json } from '#core/json.ts';
import { type FlowFile, readFile } from '#flow/file.ts';
import type { NodeRun } from '#flow/nodes/node-type.ts';
import { serviceOf } from '#flow/nodes/service-of.ts';
import type { Part, Source } from '#wire/chat-request.ts';

/** Every file in a value: itself, or the items of a list. */
export const filesIn = (value: Json | undefined): FlowFile[] =>
  (Array.isArray(value) ? value : [value]).flatMap((one) => readFile(one) ?? []);

/** Files as a model is shown them; those of a kind that no model is shown are left out. */
export const partsOf = async (
  node: NodeRun<unknown>,
  files: readonly FlowFile[],
  detail?: string | null,
): Promise<Part[]> => {
  const parts: Part[] = [];
  for (const file of files) {
    if (file.kind === 'image')
      parts.push({
        kind: 'image',
        source: await sourceOf(node, file),
        ...(detail && { detail }),
      });
    else if (file.kind === 'audio')
      parts.push({ kind: 'audio', source: await bytesOf(node, file) });
    else if (file.mimeType === 'application/pdf' || file.extension === '.pdf')
      parts.push({ kind: 'document', source: await bytesOf(node, file), name: file.name });
  }
  return parts;
};

/** What has an address is fetched by the vendor; what is only here is sent along. */
const sourceOf = async (node: NodeRun<unknown>, file: FlowFile): Promise<Source> =>
  file.method === 'remote_url' && file.url !== ''
    ? { kind: 'url', url: file.url }
    : bytesOf(node, file);

const bytesOf = async (node: NodeRun<unknown>, file: FlowFile): Promise<Source> => {
  const bytes = await serviceOf(node, 'files').read(file, node.signal);
  return {
    kind: 'data',
    mediaType: file.mimeType || 'application/octet-stream',
    data: Buffer.from(bytes).toString('base64'),
  };
};
