import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { execForm, parseDockerfile } from '../scripts/dockerfile.ts';

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');

describe('the image', () => {
  const stages = parseDockerfile(read('deploy/Dockerfile'));
  const last = stages.at(-1)?.instructions ?? [];
  const valueOf = (word: string): string => last.find((each) => each.word === word)?.rest ?? '';

  test('runs as an ordinary user, and keeps data where that user may write', () => {
    expect(valueOf('USER')).toBe('node');
    expect(valueOf('VOLUME')).toBe('/data');
    const data = last.find(({ rest }) => rest.endsWith(' /data'));
    expect(data?.flags).toMatchObject({ chown: 'node:node' });
  });

  test('starts the launcher itself, so that signals reach it', () => {
    expect(execForm(valueOf('ENTRYPOINT'))).toEqual(['/opt/spillway/bin/spillway']);
    expect(execForm(valueOf('CMD')).slice(0, 2)).toEqual(['--port', '4000']);
  });

  test('asks for its health with Node, as a slim image has no curl', () => {
    const health = execForm(valueOf('HEALTHCHECK').replace(/^CMD /, ''));
    expect(health.slice(0, 2)).toEqual(['node', '-e']);
    expect(health[2]).toContain('/health/liveliness');
  });

  test('holds files only: no command runs in its last stage', () => {
    expect(last.filter(({ word }) => word === 'RUN')).toEqual([]);
  });
});

test('beside Dify, the compose file differs from a LiteLLM one in its image alone', () => {
  expect(parse(read('deploy/compose.dify.yml'))).toEqual({
    services: {
      litellm: {
        image: 'spillway',
        command: '--config=/app/config.yaml',
        env_file: '.env',
        ports: ['4000:4000'],
        volumes: ['./litellm_config.yaml:/app/config.yaml'],
        networks: { docker_default: { aliases: ['litellm', 'spillway'] } },
        restart: 'unless-stopped',
      },
    },
    networks: { docker_default: { external: true } },
  });
});

test('a Dockerfile is read with its comments, continued lines and flags', () => {
  const text =
    '# why\nFROM a AS build\nRUN one && \\\n  two\n\nFROM b\nCOPY --from=build --chown=u:g /x /y\nCMD ["z"]\n';
  expect(parseDockerfile(text)).toEqual([
    { name: 'build', instructions: [{ word: 'RUN', flags: {}, rest: 'one &&    two' }] },
    {
      name: '1',
      instructions: [
        { word: 'COPY', flags: { from: 'build', chown: 'u:g' }, rest: '/x /y' },
        { word: 'CMD', flags: {}, rest: '["z"]' },
      ],
    },
  ]);
  expect(() => execForm('npm start')).toThrow("write 'npm start' in exec form");
});
