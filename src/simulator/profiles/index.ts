import anthropic from '#simulator/profiles/anthropic.ts';
import azure from '#simulator/profiles/azure.ts';
import bedrock from '#simulator/profiles/bedrock.ts';
import cohere from '#simulator/profiles/cohere.ts';
import gemini from '#simulator/profiles/gemini.ts';
import groq from '#simulator/profiles/groq.ts';
import mistral from '#simulator/profiles/mistral.ts';
import openai from '#simulator/profiles/openai.ts';
import type { Located, Profile } from '#simulator/profiles/profile.ts';

const PROFILES: readonly Profile[] = [
  openai,
  azure,
  anthropic,
  gemini,
  bedrock,
  cohere,
  mistral,
  groq,
];

export const profileNames: readonly string[] = PROFILES.map(({ name }) => name);

/** The vendor that is played when nobody names one. */
export const defaultProfile: Profile = openai;

export const profileNamed = (name: string): Profile =>
  PROFILES.find((profile) => profile.name === name) ?? defaultProfile;

/** Whichever vendor's path it is: a call says by its key whom it means. */
export const locate = (path: string): Located => {
  for (const profile of PROFILES) {
    const located = profile.locate?.(path);
    if (located !== undefined) return located;
  }
  return { path };
};

/** How a vendor speaks to who calls it at this path. */
export const profileAt = (profile: Profile, path: string): Profile => profile.at?.(path) ?? profile;
