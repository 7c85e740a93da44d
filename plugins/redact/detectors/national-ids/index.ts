/** Ids that states give to people (and a few to organisations), one line each; those with stronger checks first. */
import type { Detector } from "../detector";
import { auAbn } from "./au-abn";
import { auMedicare } from "./au-medicare";
import { auTfn } from "./au-tfn";
import { beNrn } from "./be-nrn";
import { brCnpj } from "./br-cnpj";
import { brCpf } from "./br-cpf";
import { caSin } from "./ca-sin";
import { chAhv } from "./ch-ahv";
import { cnResidentId } from "./cn-resident-id";
import { deIdCard } from "./de-id-card";
import { deTaxId } from "./de-tax-id";
import { dkCpr } from "./dk-cpr";
import { driversLicense } from "./drivers-license";
import { esNif } from "./es-nif";
import { fiHetu } from "./fi-hetu";
import { frNir } from "./fr-nir";
import { gbNhs } from "./gb-nhs";
import { gbNino } from "./gb-nino";
import { ilId } from "./il-id";
import { inAadhaar } from "./in-aadhaar";
import { inPan } from "./in-pan";
import { itFiscalCode } from "./it-fiscal-code";
import { jpMyNumber } from "./jp-my-number";
import { krRrn } from "./kr-rrn";
import { mxCurp } from "./mx-curp";
import { nlBsn } from "./nl-bsn";
import { noFodselsnummer } from "./no-fodselsnummer";
import { passport } from "./passport";
import { plPesel } from "./pl-pesel";
import { ptNif } from "./pt-nif";
import { sePersonnummer } from "./se-personnummer";
import { sgNric } from "./sg-nric";
import { thId } from "./th-id";
import { trKimlik } from "./tr-kimlik";
import { zaId } from "./za-id";

export const NATIONAL_IDS: readonly Detector[] = [
  itFiscalCode,
  mxCurp,
  cnResidentId,
  frNir,
  chAhv,
  brCnpj,
  brCpf,
  beNrn,
  noFodselsnummer,
  trKimlik,
  deTaxId,
  plPesel,
  auAbn,
  auMedicare,
  auTfn,
  fiHetu,
  krRrn,
  sePersonnummer,
  dkCpr,
  zaId,
  thId,
  esNif,
  sgNric,
  inPan,
  inAadhaar,
  jpMyNumber,
  gbNhs,
  gbNino,
  nlBsn,
  ptNif,
  caSin,
  ilId,
  deIdCard,
  passport,
  driversLicense,
];
