import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { faultsPage } from '../test/faults/page.ts';

// Writes the reference of faults anew: the test of the documents says when it has to be.
writeFileSync(fileURLToPath(new URL('../docs/reference/faults.md', import.meta.url)), faultsPage());
