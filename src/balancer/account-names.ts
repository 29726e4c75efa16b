/** A quota pool that the config names. */
export const poolAccount = (name: string): string => `pool/${name}`;

/** One deployment's own limits: its ceilings, or all of them where its vendor counts each apart. */
export const deploymentAccount = (name: string): string => `deployment/${name}`;

/** What a vendor's answers call by an organisation's name. */
export const organisationAccount = (of: {
  readonly organization: string;
  readonly vendor: string;
  readonly model: string;
}): string => `organisation/${of.organization}/${of.vendor}/${of.model}`;

/** Accounts whose levels have shown to be one. */
export const sharedAccount = (first: string): string => `shared/${first}`;

const MOST_NAMES = 3;

/** For people: an account's own name where it has one, else those of the deployments that draw from it. */
export const accountTitle = (account: string, deployments: readonly string[]): string => {
  const [kind, name = ''] = account.split('/');
  if (kind === 'pool' || kind === 'deployment') return account.slice(kind.length + 1);
  const shown = deployments.slice(0, MOST_NAMES).join(', ');
  const more = deployments.length - MOST_NAMES;
  const names = more > 0 ? `${shown} +${more}` : shown;
  return kind === 'organisation' ? `${name} (${names})` : names;
};
