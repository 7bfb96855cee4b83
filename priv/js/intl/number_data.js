// What English calls units and currencies: CLDR, for the units of ECMA-402 (table 2), the
// currencies of ISO 4217 that have a sign or other than two digits, and the names of those
// most in use.

export const COMPACT = {
  short: { 3: "K", 6: "M", 9: "B", 12: "T" },
  long: { 3: "thousand", 6: "million", 9: "billion", 12: "trillion" },
};

/** Unit => its short form after one and after more, the narrow one, the long ones. */
const UNITS = {
  __proto__: null,
  acre: [" ac", " ac", "ac", "acre", "acres"],
  bit: [" bit", " bit", "bit", "bit", "bits"],
  byte: [" byte", " byte", "B", "byte", "bytes"],
  celsius: ["°C", "°C", "°C", "degree Celsius", "degrees Celsius"],
  centimeter: [" cm", " cm", "cm", "centimeter", "centimeters"],
  day: [" day", " days", "d", "day", "days"],
  degree: [" deg", " deg", "°", "degree", "degrees"],
  fahrenheit: ["°F", "°F", "°", "degree Fahrenheit", "degrees Fahrenheit"],
  "fluid-ounce": [" fl oz", " fl oz", "fl oz", "fluid ounce", "fluid ounces"],
  foot: [" ft", " ft", "′", "foot", "feet"],
  gallon: [" gal", " gal", "gal", "gallon", "gallons"],
  gigabit: [" Gb", " Gb", "Gb", "gigabit", "gigabits"],
  gigabyte: [" GB", " GB", "GB", "gigabyte", "gigabytes"],
  gram: [" g", " g", "g", "gram", "grams"],
  hectare: [" ha", " ha", "ha", "hectare", "hectares"],
  hour: [" hr", " hr", "h", "hour", "hours"],
  inch: [" in", " in", "″", "inch", "inches"],
  kilobit: [" kb", " kb", "kb", "kilobit", "kilobits"],
  kilobyte: [" kB", " kB", "kB", "kilobyte", "kilobytes"],
  kilogram: [" kg", " kg", "kg", "kilogram", "kilograms"],
  kilometer: [" km", " km", "km", "kilometer", "kilometers"],
  liter: [" L", " L", "L", "liter", "liters"],
  megabit: [" Mb", " Mb", "Mb", "megabit", "megabits"],
  megabyte: [" MB", " MB", "MB", "megabyte", "megabytes"],
  meter: [" m", " m", "m", "meter", "meters"],
  microsecond: [" μs", " μs", "μs", "microsecond", "microseconds"],
  mile: [" mi", " mi", "mi", "mile", "miles"],
  "mile-scandinavian": [" smi", " smi", "smi", "mile-scandinavian", "miles-scandinavian"],
  milliliter: [" mL", " mL", "mL", "milliliter", "milliliters"],
  millimeter: [" mm", " mm", "mm", "millimeter", "millimeters"],
  millisecond: [" ms", " ms", "ms", "millisecond", "milliseconds"],
  minute: [" min", " min", "m", "minute", "minutes"],
  month: [" mth", " mths", "m", "month", "months"],
  nanosecond: [" ns", " ns", "ns", "nanosecond", "nanoseconds"],
  ounce: [" oz", " oz", "oz", "ounce", "ounces"],
  percent: ["%", "%", "%", "percent", "percent"],
  petabyte: [" PB", " PB", "PB", "petabyte", "petabytes"],
  pound: [" lb", " lb", "#", "pound", "pounds"],
  second: [" sec", " sec", "s", "second", "seconds"],
  stone: [" st", " st", "st", "stone", "stones"],
  terabit: [" Tb", " Tb", "Tb", "terabit", "terabits"],
  terabyte: [" TB", " TB", "TB", "terabyte", "terabytes"],
  week: [" wk", " wks", "w", "week", "weeks"],
  yard: [" yd", " yd", "yd", "yard", "yards"],
  year: [" yr", " yrs", "y", "year", "years"],
};

/** Compound units with a name of their own: short, narrow. */
const COMPOUNDS = {
  __proto__: null,
  "mile-per-hour": [" mph", "mph"],
  "mile-per-gallon": [" mpg", "mpg"],
};

/**
 * How a unit is written: whether before the number, what is between, the unit;
 * undefined for what is no unit.
 */
export function unitPattern(unit, display, isOne = false) {
  const [numerator, denominator, ...more] = unit.split("-per-");
  const forms = UNITS[numerator];
  const divisor = denominator === undefined ? undefined : UNITS[denominator];
  if (forms === undefined || more.length > 0 || (denominator !== undefined && divisor === undefined)) return undefined;
  const form = ([one, other, narrow, longOne, longOther]) =>
    ({ short: isOne ? one : other, narrow, long: " " + (isOne ? longOne : longOther) })[display];
  let text = form(forms);
  if (divisor !== undefined) {
    if (display === "long") text += " per " + divisor[3];
    else text = COMPOUNDS[unit]?.[display === "short" ? 0 : 1] ?? `${text}/${perName(denominator, divisor, display)}`;
  }
  return text.startsWith(" ") ? [false, " ", text.slice(1)] : [false, "", text];
}

/** Below the stroke, times are single letters. */
function perName(name, [one, , narrow], display) {
  const times = { second: "s", minute: "min", hour: "h", day: "d", week: "w", month: "m", year: "y" };
  return times[name] ?? (display === "short" ? one.trim() : narrow);
}

/** Digits of the minor unit, where there are not two. */
export const CURRENCY_DIGITS = {
  __proto__: null,
  AFN: 0, ALL: 0, BHD: 3, BIF: 0, CLP: 0, COP: 0, DJF: 0, GNF: 0, HUF: 0, IDR: 0, IQD: 0, IRR: 0, ISK: 0,
  JOD: 3, JPY: 0, KMF: 0, KPW: 0, KRW: 0, KWD: 3, LAK: 0, LBP: 0, LYD: 3, MGA: 0, MMK: 0, OMR: 3, PKR: 0,
  PYG: 0, RWF: 0, SLL: 0, SOS: 0, SYP: 0, TND: 3, UGX: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0, YER: 0,
};

/** Sign and narrow sign, where it is not the code. */
export const CURRENCY_SYMBOLS = {
  __proto__: null,
  AFN: ["AFN", "؋"],
  AMD: ["AMD", "֏"],
  AOA: ["AOA", "Kz"],
  ARS: ["ARS", "$"],
  AUD: ["A$", "$"],
  AZN: ["AZN", "₼"],
  BAM: ["BAM", "KM"],
  BBD: ["BBD", "$"],
  BDT: ["BDT", "৳"],
  BMD: ["BMD", "$"],
  BND: ["BND", "$"],
  BOB: ["BOB", "Bs"],
  BRL: ["R$"],
  BSD: ["BSD", "$"],
  BWP: ["BWP", "P"],
  BZD: ["BZD", "$"],
  CAD: ["CA$", "$"],
  CLP: ["CLP", "$"],
  CNY: ["CN¥", "¥"],
  COP: ["COP", "$"],
  CRC: ["CRC", "₡"],
  CUC: ["CUC", "$"],
  CUP: ["CUP", "$"],
  CZK: ["CZK", "Kč"],
  DKK: ["DKK", "kr"],
  DOP: ["DOP", "$"],
  EGP: ["EGP", "E£"],
  EUR: ["€"],
  FJD: ["FJD", "$"],
  FKP: ["FKP", "£"],
  GBP: ["£"],
  GEL: ["GEL", "₾"],
  GHS: ["GHS", "GH₵"],
  GIP: ["GIP", "£"],
  GNF: ["GNF", "FG"],
  GTQ: ["GTQ", "Q"],
  GYD: ["GYD", "$"],
  HKD: ["HK$", "$"],
  HNL: ["HNL", "L"],
  HRK: ["HRK", "kn"],
  HUF: ["HUF", "Ft"],
  IDR: ["IDR", "Rp"],
  ILS: ["₪"],
  INR: ["₹"],
  ISK: ["ISK", "kr"],
  JMD: ["JMD", "$"],
  JPY: ["¥"],
  KGS: ["KGS", "⃀"],
  KHR: ["KHR", "៛"],
  KMF: ["KMF", "CF"],
  KPW: ["KPW", "₩"],
  KRW: ["₩"],
  KYD: ["KYD", "$"],
  KZT: ["KZT", "₸"],
  LAK: ["LAK", "₭"],
  LBP: ["LBP", "L£"],
  LKR: ["LKR", "Rs"],
  LRD: ["LRD", "$"],
  MGA: ["MGA", "Ar"],
  MMK: ["MMK", "K"],
  MNT: ["MNT", "₮"],
  MUR: ["MUR", "Rs"],
  MXN: ["MX$", "$"],
  MYR: ["MYR", "RM"],
  NAD: ["NAD", "$"],
  NGN: ["NGN", "₦"],
  NIO: ["NIO", "C$"],
  NOK: ["NOK", "kr"],
  NPR: ["NPR", "Rs"],
  NZD: ["NZ$", "$"],
  PHP: ["₱"],
  PKR: ["PKR", "Rs"],
  PLN: ["PLN", "zł"],
  PYG: ["PYG", "₲"],
  RON: ["RON", "lei"],
  RUB: ["RUB", "₽"],
  RWF: ["RWF", "RF"],
  SBD: ["SBD", "$"],
  SEK: ["SEK", "kr"],
  SGD: ["SGD", "$"],
  SHP: ["SHP", "£"],
  SRD: ["SRD", "$"],
  SSP: ["SSP", "£"],
  STN: ["STN", "Db"],
  SYP: ["SYP", "£"],
  THB: ["THB", "฿"],
  TOP: ["TOP", "T$"],
  TRY: ["TRY", "₺"],
  TTD: ["TTD", "$"],
  TWD: ["NT$", "$"],
  UAH: ["UAH", "₴"],
  USD: ["$"],
  UYU: ["UYU", "$"],
  VND: ["₫"],
  XAF: ["FCFA"],
  XCD: ["EC$", "$"],
  XCG: ["Cg."],
  XOF: ["F CFA"],
  XPF: ["CFPF"],
  ZAR: ["ZAR", "R"],
  ZMW: ["ZMW", "ZK"],
};

/** What one and more of them are called. */
export const CURRENCY_NAMES = {
  __proto__: null,
  USD: ["US dollar", "US dollars"],
  EUR: ["euro", "euros"],
  GBP: ["British pound", "British pounds"],
  JPY: ["Japanese yen", "Japanese yen"],
  CNY: ["Chinese yuan", "Chinese yuan"],
  INR: ["Indian rupee", "Indian rupees"],
  AUD: ["Australian dollar", "Australian dollars"],
  CAD: ["Canadian dollar", "Canadian dollars"],
  CHF: ["Swiss franc", "Swiss francs"],
  SEK: ["Swedish krona", "Swedish kronor"],
  NOK: ["Norwegian krone", "Norwegian kroner"],
  DKK: ["Danish krone", "Danish kroner"],
  PLN: ["Polish zloty", "Polish zlotys"],
  CZK: ["Czech koruna", "Czech korunas"],
  HUF: ["Hungarian forint", "Hungarian forints"],
  RON: ["Romanian leu", "Romanian lei"],
  BGN: ["Bulgarian lev", "Bulgarian leva"],
  TRY: ["Turkish lira", "Turkish Lira"],
  RUB: ["Russian ruble", "Russian rubles"],
  UAH: ["Ukrainian hryvnia", "Ukrainian hryvnias"],
  ILS: ["Israeli new shekel", "Israeli new shekels"],
  ZAR: ["South African rand", "South African rand"],
  BRL: ["Brazilian real", "Brazilian reals"],
  MXN: ["Mexican peso", "Mexican pesos"],
  ARS: ["Argentine peso", "Argentine pesos"],
  CLP: ["Chilean peso", "Chilean pesos"],
  COP: ["Colombian peso", "Colombian pesos"],
  PEN: ["Peruvian sol", "Peruvian soles"],
  KRW: ["South Korean won", "South Korean won"],
  TWD: ["New Taiwan dollar", "New Taiwan dollars"],
  HKD: ["Hong Kong dollar", "Hong Kong dollars"],
  SGD: ["Singapore dollar", "Singapore dollars"],
  NZD: ["New Zealand dollar", "New Zealand dollars"],
  THB: ["Thai baht", "Thai baht"],
  IDR: ["Indonesian rupiah", "Indonesian rupiahs"],
  MYR: ["Malaysian ringgit", "Malaysian ringgits"],
  PHP: ["Philippine peso", "Philippine pesos"],
  VND: ["Vietnamese dong", "Vietnamese dong"],
  AED: ["UAE dirham", "UAE dirhams"],
  SAR: ["Saudi riyal", "Saudi riyals"],
  EGP: ["Egyptian pound", "Egyptian pounds"],
  NGN: ["Nigerian naira", "Nigerian nairas"],
  KES: ["Kenyan shilling", "Kenyan shillings"],
  PKR: ["Pakistani rupee", "Pakistani rupees"],
  BDT: ["Bangladeshi taka", "Bangladeshi takas"],
  ISK: ["Icelandic króna", "Icelandic krónur"],
};
