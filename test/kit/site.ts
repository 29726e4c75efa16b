import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A console's folder with next to nothing in it. */
export const tempSite = () => {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-site-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>test</title>');
  writeFileSync(join(folder, 'assets/app.js'), '0;');
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
};
