import type { SpendRecord } from '#store/spend.ts';

/** What sums are told apart by, in the words of a record. */
export const WHO = [
  'token',
  'user',
  'team',
  'endUser',
  'group',
  'model',
  'deployment',
  'provider',
] as const satisfies readonly (keyof SpendRecord)[];

type Who = Pick<SpendRecord, (typeof WHO)[number]>;

interface Known extends Omit<Who, 'token' | 'deployment'> {
  readonly text: string;
}

/** Texts that are known at once: of some keys with some deployments all. */
const MOST_KNOWN = 4_096;
/** Longest of them: names of ours are far shorter. */
const MOST_CHARS = 1_024;

/** Who asked whom, as JSON in the order of `WHO`: whoever asks the same again has the same text. */
export class WhoTexts {
  /** The last one of each key with each deployment. */
  readonly #known = new Map<string, Map<string, Known>>();
  #size = 0;

  of(who: Who): string {
    const last = this.#known.get(who.token)?.get(who.deployment);
    if (last && isOf(last, who)) return last.text;
    const text = textOf(who);
    if (text.length <= MOST_CHARS) this.#keep(who, text);
    return text;
  }

  #keep({ token, user, team, endUser, group, model, deployment, provider }: Who, text: string) {
    if (this.#size >= MOST_KNOWN) {
      this.#known.clear();
      this.#size = 0;
    }
    let known = this.#known.get(token);
    if (!known) this.#known.set(token, (known = new Map()));
    if (!known.has(deployment)) this.#size++;
    known.set(deployment, { user, team, endUser, group, model, provider, text });
  }
}

const isOf = (known: Known, who: Who): boolean =>
  known.user === who.user &&
  known.team === who.team &&
  known.endUser === who.endUser &&
  known.group === who.group &&
  known.model === who.model &&
  known.provider === who.provider;

const textOf = (who: Who): string => {
  const { token, user, team, endUser, group, model, deployment, provider } = who;
  return JSON.stringify([token, user, team, endUser, group, model, deployment, provider]);
};
