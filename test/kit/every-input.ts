import { dsl, llmData } from '#flow/test-kit.ts';

const UPLOADS = {
  allowed_file_types: ['document'],
  allowed_file_upload_methods: ['local_file', 'remote_url'],
};

const VARIABLES = [
  { variable: 'topic', label: 'Topic', type: 'text-input', required: true, max_length: 60 },
  { variable: 'about', label: 'About', type: 'paragraph', default: 'Say it briefly.' },
  { variable: 'tone', label: 'Tone', type: 'select', options: ['calm', 'bold'], default: 'calm' },
  { variable: 'count', label: 'Count', type: 'number', default: 3 },
  { variable: 'loud', label: 'Loud', type: 'checkbox' },
  { variable: 'paper', label: 'Paper', type: 'file', ...UPLOADS },
  { variable: 'papers', label: 'Papers', type: 'file-list', max_length: 3, ...UPLOADS },
];

const isLoud = {
  case_id: 'true',
  logical_operator: 'and',
  conditions: [
    { variable_selector: ['start', 'topic'], comparison_operator: 'contains', value: 'river' },
  ],
};

/** A workflow that asks for one of everything, branches, goes round, and asks a model. */
export const everyInput = (title = 'Write'): string => {
  const flow = JSON.parse(
    dsl(
      {
        start: { type: 'start', title: 'Ask', variables: VARIABLES },
        choose: { type: 'if-else', title: 'About a river?', cases: [isLoud] },
        list: {
          type: 'code',
          title: 'Three words',
          code_language: 'javascript',
          code: 'function main() { return { words: ["one", "two", "three"] }; }',
          variables: [],
          outputs: { words: { type: 'array[string]', children: null } },
        },
        each: {
          type: 'iteration',
          title: 'Each word',
          iterator_selector: ['list', 'words'],
          output_selector: ['shout', 'output'],
          start_node_id: 'eachstart',
          error_handle_mode: 'terminated',
        },
        'each/eachstart': { type: 'iteration-start', title: '', isInIteration: true },
        'each/shout': {
          type: 'template-transform',
          title: 'Shout',
          template: '{{ word | upper }}',
          variables: [{ variable: 'word', value_selector: ['each', 'item'] }],
        },
        write: llmData('{{#start.about#}} {{#start.topic#}}', { title }),
        end: {
          type: 'end',
          title: 'Done',
          outputs: [
            { variable: 'words', value_selector: ['each', 'output'] },
            { variable: 'text', value_selector: ['write', 'text'] },
            { variable: 'paper', value_selector: ['start', 'paper'] },
          ],
        },
      },
      [
        'start>choose',
        'choose:true>list',
        'choose:false>write',
        'list>each',
        'eachstart>shout',
        'each>end',
        'write>end',
      ],
    ),
  ) as { app: { mode: string; name: string } };
  flow.app = { mode: 'workflow', name: 'Every input' };
  return JSON.stringify(flow);
};
