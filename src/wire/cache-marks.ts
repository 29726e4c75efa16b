import { type ChatRequest, type LeftField, type Part, isVendorTool } from '#wire/chat-request.ts';

/** Of a request that is written where marks have no words: whether it has any. */
export const marksLeft = ({ messages, tools = [] }: ChatRequest): readonly LeftField[] => {
  const isMarked =
    messages.some(({ parts }) => parts.some(hasMark)) ||
    tools.some((tool) => !isVendorTool(tool) && tool.cache !== undefined);
  return isMarked ? ['cacheMarks'] : [];
};

const hasMark = (part: Part): boolean =>
  part.cache !== undefined || (part.kind === 'tool-result' && part.content.some(hasMark));
