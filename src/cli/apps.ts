import { addGatewayOptions, type GatewayOptions } from '#cli/ask-gateway.ts';
import type { CliCommand } from '#cli/command.ts';
import { loaded } from '#cli/start-is-over.ts';

const HELP = `
Apps of a running gateway, and what they did:
  spillway apps list
  spillway apps import chatflow.yml          says what is missing for it to run
  spillway apps export NAME > chatflow.yml   as Dify imports it, without secrets
  spillway apps key NAME                     a new key that calls it, shown once
  spillway apps delete NAME
  spillway apps test chatflow.yml run.json   plays recorded runs again and prints what differs

A run is recorded by asking for it: GET /spillway/runs/ID. Played again, whatever asks the world
(models, requests, tools) says what it said then; nothing leaves this machine.
`;

export interface ImportOptions extends GatewayOptions {
  readonly confirm?: boolean;
  readonly replace?: string;
}

export interface ExportOptions extends GatewayOptions {
  readonly includeSecret?: boolean;
}

export const apps: CliCommand = {
  name: 'apps',
  register(command) {
    command
      .description('list, import, export, delete and test Dify apps')
      .addHelpText('after', HELP);
    addGatewayOptions(command.command('list').description('the apps that there are')).action(
      async (options: GatewayOptions) => (await load()).listApps(options),
    );
    addGatewayOptions(
      command
        .command('import')
        .description('import an app from its DSL file')
        .argument('<file>', 'as Dify exports it')
        .option('--confirm', 'though its version is newer than what is understood')
        .option('--replace <app>', 'in place of this app, by name or id'),
    ).action(async (file: string, options: ImportOptions) =>
      (await load()).importFile(file, options),
    );
    addGatewayOptions(
      command
        .command('export')
        .description('print the DSL of an app')
        .argument('<app>', 'its name or id')
        .option('--include-secret', 'with the values of its secrets'),
    ).action(async (app: string, options: ExportOptions) => (await load()).exportApp(app, options));
    addGatewayOptions(
      command
        .command('key')
        .description('make a key for an app')
        .argument('<app>', 'its name or id'),
    ).action(async (app: string, options: GatewayOptions) => (await load()).makeKey(app, options));
    addGatewayOptions(
      command.command('delete').description('delete an app').argument('<app>', 'its name or id'),
    ).action(async (app: string, options: GatewayOptions) =>
      (await load()).deleteApp(app, options),
    );
    command
      .command('test')
      .description('play recorded runs of an app again, offline')
      .argument('<file>', 'its DSL file')
      .argument('<runs...>', 'recorded runs: JSON of /spillway/runs/ID')
      .action(async (file: string, runs: readonly string[]) => {
        const { runAppsTest } = await loaded(import('#cli/run-apps-test.ts'));
        await runAppsTest(file, runs);
      });
  },
};

const load = () => import('#cli/run-apps.ts');
