import { chatDialectConformance } from '#wire/dialect.conformance.ts';
import { openaiChat } from '#wire/openai-chat/index.ts';

const folder = new URL('fixtures/', import.meta.url);

chatDialectConformance(openaiChat, { folder });
