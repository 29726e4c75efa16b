import agent from '#flow/nodes/agent.ts';
import answer from '#flow/nodes/answer.ts';
import assigner from '#flow/nodes/assigner.ts';
import code from '#flow/nodes/code.ts';
import iterationStart, { loopEnd, loopStart } from '#flow/nodes/iteration-start.ts';
import documentExtractor from '#flow/nodes/document-extractor.ts';
import end from '#flow/nodes/end.ts';
import httpRequest from '#flow/nodes/http-request.ts';
import ifElse from '#flow/nodes/if-else.ts';
import iteration from '#flow/nodes/iteration.ts';
import listOperator from '#flow/nodes/list-operator.ts';
import llm from '#flow/nodes/llm.ts';
import loop from '#flow/nodes/loop.ts';
import type { NodeType } from '#flow/nodes/node-type.ts';
import parameterExtractor from '#flow/nodes/parameter-extractor.ts';
import questionClassifier from '#flow/nodes/question-classifier.ts';
import start from '#flow/nodes/start.ts';
import templateTransform from '#flow/nodes/template-transform.ts';
import tool from '#flow/nodes/tool.ts';
import aggregator, { oldAggregator } from '#flow/nodes/variable-aggregator.ts';

export const NODE_TYPES: readonly NodeType<unknown>[] = [
  start,
  llm,
  answer,
  end,
  ifElse,
  code,
  templateTransform,
  httpRequest,
  aggregator,
  oldAggregator,
  assigner,
  iteration,
  iterationStart,
  loop,
  loopStart,
  loopEnd,
  listOperator,
  questionClassifier,
  parameterExtractor,
  documentExtractor,
  tool,
  agent,
];
