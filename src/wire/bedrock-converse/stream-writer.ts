import type { JsonObject } from '#core/json.ts';
import { writeCitation } from '#wire/bedrock-converse/citation.ts';
import { DIALECT } from '#wire/bedrock-converse/read-parts.ts';
import { stopWord, writeUsage } from '#wire/bedrock-converse/usage.ts';
import type { Block, ChatEvent, UpstreamError } from '#wire/chat-event.ts';
import type { Frame, Step } from '#wire/dialect.ts';

/** Events → members of the vendor's union, as it sends them: a text is not announced, numbers come last. */
export const streamWriter = (): Step<ChatEvent, Frame> => {
  const kinds = new Map<number, Block['kind']>();
  const metadata: JsonObject = {};
  const stop: JsonObject = {};
  return {
    push(event) {
      switch (event.type) {
        case 'start':
          return [frame('messageStart', { role: 'assistant' })];
        case 'block-start':
          kinds.set(event.index, event.block.kind);
          return blockStart(event.index, event.block);
        case 'block-delta':
          return [delta(event.index, pieceOf(kinds.get(event.index), event.delta))];
        case 'citation':
          return [delta(event.index, { citation: writeCitation(event.citation) })];
        case 'block-end':
          return blockEnd(event.index, kinds.get(event.index) === 'reasoning' && event.signature);
        case 'usage':
          metadata['usage'] = writeUsage(event.usage);
          return [];
        case 'extra': {
          if (event.dialect !== DIALECT) return [];
          const { additionalModelResponseFields: more, ...rest } = event.value;
          Object.assign(metadata, rest);
          if (more !== undefined) stop['additionalModelResponseFields'] = more;
          return [];
        }
        case 'finish': {
          const stopReason = stopWord(event.reason, event.raw);
          return [frame('messageStop', { stopReason, ...stop }), frame('metadata', metadata)];
        }
        case 'error':
          return [frame(exceptionName(event.error), { message: event.error.message })];
        default:
          return [];
      }
    },
    end: () => [],
  };
};

const frame = (event: string, value: JsonObject): Frame => ({
  event,
  data: JSON.stringify({ [event]: value }),
});

const delta = (contentBlockIndex: number, value: JsonObject): Frame =>
  frame('contentBlockDelta', { contentBlockIndex, delta: value });

const blockStart = (contentBlockIndex: number, block: Block): Frame[] => {
  if (block.kind === 'tool-call') {
    const start = { toolUse: { toolUseId: block.id, name: block.name } };
    return [frame('contentBlockStart', { contentBlockIndex, start })];
  }
  if (block.kind === 'image') {
    const start = { image: { format: block.mediaType.replace(/^image\//, '') } };
    return [frame('contentBlockStart', { contentBlockIndex, start })];
  }
  if (block.kind === 'reasoning' && block.redacted !== undefined)
    return [delta(contentBlockIndex, { reasoningContent: { redactedContent: block.redacted } })];
  return [];
};

const pieceOf = (kind: Block['kind'] | undefined, piece: string): JsonObject => {
  if (kind === 'tool-call') return { toolUse: { input: piece } };
  if (kind === 'reasoning') return { reasoningContent: { text: piece } };
  return kind === 'image' ? { image: { source: { bytes: piece } } } : { text: piece };
};

/** Of thoughts alone it knows seals. */
const blockEnd = (contentBlockIndex: number, signature: string | false | undefined): Frame[] => [
  ...(signature === undefined || signature === false
    ? []
    : [delta(contentBlockIndex, { reasoningContent: { signature } })]),
  frame('contentBlockStop', { contentBlockIndex }),
];

const EXCEPTIONS: Readonly<Record<UpstreamError['kind'], string>> = {
  invalid: 'validationException',
  'context-length': 'validationException',
  content: 'validationException',
  auth: 'validationException',
  'rate-limit': 'throttlingException',
  overloaded: 'serviceUnavailableException',
  timeout: 'modelStreamErrorException',
  broken: 'internalServerException',
};

const exceptionName = ({ kind }: UpstreamError): string => EXCEPTIONS[kind];
