import { openai } from '#simulator/profiles/openai.ts';
import type { Profile } from '#simulator/profiles/profile.ts';

/** The vendor that is played when nobody names one. */
export const defaultProfile: Profile = openai;
