/** THE list of detectors, one line each. Where two find the same place, the longer finding counts, then the one listed first. */
import { bic } from "./bic";
import { creditCard } from "./credit-card";
import { cryptoWallet } from "./crypto-wallet";
import { dateOfBirth } from "./date-of-birth";
import type { Detector } from "./detector";
import { email } from "./email";
import { iban } from "./iban";
import { ipAddress } from "./ip-address";
import { macAddress } from "./mac-address";
import { NATIONAL_IDS } from "./national-ids";
import { personName } from "./person-name";
import { phone } from "./phone";
import { SECRETS } from "./secrets";
import { streetAddress } from "./street-address";
import { urlCredentials } from "./url-credentials";
import { usItin, usSsn } from "./us-tax-number";

export const DETECTORS: readonly Detector[] = [
  email,
  phone,
  creditCard,
  iban,
  bic,
  cryptoWallet,
  ipAddress,
  macAddress,
  urlCredentials,
  usSsn,
  usItin,
  ...NATIONAL_IDS,
  dateOfBirth,
  streetAddress,
  personName,
  ...SECRETS,
];
