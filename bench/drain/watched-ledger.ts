import { Ledger } from '#ledger/ledger.ts';

/** The product's ledger, with somebody who looks at its levels after each reservation. */
export class WatchedLedger extends Ledger {
  /** Reservations for which there was no room in some limit. */
  overAdmissions = 0;

  override reserve(...args: Parameters<Ledger['reserve']>): ReturnType<Ledger['reserve']> {
    const reservation = super.reserve(...args);
    const [charges, now] = args;
    if (reservation)
      for (const { account } of charges)
        if (this.gauges(account, now).some(({ level }) => level < 0)) this.overAdmissions++;
    return reservation;
  }
}
