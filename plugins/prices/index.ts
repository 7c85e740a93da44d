/** What calls cost: price table, overrides, cost of a usage, worst case of a request. */
export { type OverrideConfig, type PricesConfig, pricesSchema } from "./config";
export { type Cost, type CostParts, costOf, type Possible, worstCost } from "./cost";
export {
  describeAll,
  describePrices,
  type PricedTarget,
  type PriceLine,
  type PriceReport,
  priceText,
} from "./describe";
export { diffTables, diffText, doubts, type PriceChange, type TableDiff } from "./diff";
export { dollarText, MAX_NANOS, nanoDollars } from "./dollars";
export { type PricedProvider, pricedProvider } from "./find-provider";
export { checkOverrides } from "./overrides";
export { Prices } from "./prices";
export { MAX_TABLE_BYTES, readTable, tableText } from "./read-table";
export type { Kind, PriceRow } from "./row";
export { atServiceTier } from "./service-tier";
export { installedTable, type PriceTable } from "./table";
