import { compatible } from '#providers/compatible.ts';

export default compatible({
  name: 'ragflow',
  baseUrl: '',
  keyEnv: ['RAGFLOW_API_KEY'],
  baseEnv: ['RAGFLOW_API_BASE'],
  operations: {
    chat: {
      // `ragflow/chat/ID/MODEL` asks a chat assistant, `ragflow/agent/ID/MODEL` an agent.
      path: ({ model }) => {
        const [kind = '', id = ''] = model.split('/');
        return `/api/v1/${kind}s_openai/${encodeURIComponent(id)}/chat/completions`;
      },
      dialect: 'openai-chat',
    },
  },
});
