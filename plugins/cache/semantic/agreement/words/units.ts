/** Units by their one spelling here, then the others. A unit and its conversion are different questions. */
export const UNITS = `
km kilometer kilometre kilometers kilometres kms
mile miles
cm centimeter centimetre centimeters centimetres
mm millimeter millimetre millimeters millimetres
meter metre meters metres
feet foot ft
inch inches
yard yards
kg kilogram kilograms kilo kilos kilogramme kilogrammes
mg milligram milligrams
gram grams gramme grammes
ml milliliter millilitre milliliters millilitres
liter litre liters litres
gallon gallons
ounce ounces oz
pound pounds lb lbs
celsius centigrade
fahrenheit
kelvin
degree degrees
percent %
ms millisecond milliseconds
seconds
minute minutes mins
hour hours hrs
day days
week weeks
month months
year years yrs
kb kilobyte kilobytes
mb megabyte megabytes
gb gigabyte gigabytes
tb terabyte terabytes
euro euros eur €
dollar dollars $
usd
gbp
£
yen ¥ jpy
cup cups
tablespoon tablespoons tbsp
teaspoon teaspoons tsp
mph
kph kmh
watt watts
volt volts
calorie calories
`;

/** Only after a number: elsewhere they are other words. Spelling, then unit. */
export const UNITS_AFTER_NUMBER = new Map([
  ["g", "gram"],
  ["l", "liter"],
  ["h", "hour"],
  ["hr", "hour"],
  ["min", "minute"],
  ["s", "seconds"],
  ["sec", "seconds"],
  ["secs", "seconds"],
  ["second", "seconds"],
  ["in", "inch"],
  ["mi", "mile"],
  ["c", "celsius"],
  ["f", "fahrenheit"],
  ["am", "am"],
  ["pm", "pm"],
  ["yr", "year"],
  ["k", "k"],
  ["m", "m"],
]);
