import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { providersPage } from './providers-page.ts';

// Writes the reference of providers anew: the test of the documents says when it has to be.
const page = new URL('../docs/reference/providers.md', import.meta.url);
writeFileSync(fileURLToPath(page), providersPage());
