import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '#core/log.ts';
import { VirtualClock } from '#core/virtual-clock.ts';
import { createAgents } from '#upstream/agents.ts';
import { askOver } from '#upstream/ask.ts';
import type { CredentialSources } from '#upstream/credential-sources.ts';
import type { Credentials } from '#upstream/credentials.ts';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly text: string;
}

/** A service that hands out tokens, over real HTTP, and what credentials are made from. */
export class TokenService {
  readonly clock = new VirtualClock();
  readonly asked: Asked[] = [];
  /** For files that credentials are read from; gone when it closes. */
  readonly folder = mkdtempSync(join(tmpdir(), 'spillway-credentials-'));
  answer: (asked: Asked) => Answer = () => ({ status: 404, text: '' });
  readonly #made: Credentials[] = [];
  readonly #agents = createAgents({
    clock: this.clock,
    connectMs: 1e9,
    tls: { verify: true },
    proxy: {},
  });
  readonly #server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method = '', url: path = '', headers } = req;
      const asked = { method, path, headers, body: Buffer.concat(chunks).toString() };
      this.asked.push(asked);
      const { status = 200, text } = this.answer(asked);
      res.writeHead(status).end(text);
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    for (const credentials of this.#made) credentials.close();
    await this.#agents.close();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    rmSync(this.folder, { recursive: true });
  }

  sources(variables: Readonly<Record<string, string>> = {}): CredentialSources {
    const agents = this.#agents;
    return { clock: this.clock, log: silentLog, ask: askOver(agents), agents, variables };
  }

  /** The same; it closes them when it closes. */
  made<Made extends Credentials>(credentials: Made): Made {
    this.#made.push(credentials);
    return credentials;
  }
}
