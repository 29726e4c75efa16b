import type { Complaint } from '#simulator/complaints.ts';
import type { ErrorAnswer, Profile } from '#simulator/profiles/profile.ts';

/** Ends a call with the vendor's own "no"; how it says so is the vendor's matter. */
export class Refused extends Error {
  readonly answer: (profile: Profile) => ErrorAnswer;

  constructor(no: Complaint | ErrorAnswer) {
    super(`HTTP ${no.status}`);
    this.name = 'Refused';
    this.answer = (profile) => ('body' in no ? no : profile.complain(no));
  }
}
