import { compatible } from '#providers/compatible.ts';
import type { CopilotCredentialSpec } from '#providers/credential-spec.ts';
import { reasoningQuirks } from '#providers/reasoning-quirks.ts';

const BASE_URL = 'https://api.githubcopilot.com';

const tokenOf = (key?: string): CopilotCredentialSpec => ({
  kind: 'copilot',
  baseUrl: BASE_URL,
  ...(key !== undefined && { key }),
});

export default compatible({
  name: 'github_copilot',
  baseUrl: BASE_URL,
  keyEnv: ['GITHUB_COPILOT_API_KEY'],
  baseEnv: ['GITHUB_COPILOT_API_BASE'],
  credentials: () => tokenOf(),
  tradesKey: tokenOf,
  // It serves editors only; these are the ones that LiteLLM names.
  headers: {
    'copilot-integration-id': 'vscode-chat',
    'editor-version': 'vscode/1.95.0',
    'editor-plugin-version': 'copilot-chat/0.26.7',
    'user-agent': 'GitHubCopilotChat/0.26.7',
    'openai-intent': 'conversation-panel',
    'x-github-api-version': '2025-04-01',
  },
  quirks: reasoningQuirks(/^(?:o\d|gpt-5(?!.*chat))/),
});
