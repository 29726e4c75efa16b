import answer from '#flow/nodes/answer.ts';
import llm from '#flow/nodes/llm.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import start from '#flow/nodes/start.ts';

export const NODE_TYPES: readonly NodeType<unknown>[] = [start, llm, answer];
