// Things to format, here and in Node, as [what, text].

const TIME = Date.UTC(2026, 10, 5, 9, 8, 7, 65);
const DATES = [
  {}, { dateStyle: "full" }, { dateStyle: "full", timeStyle: "full" }, { dateStyle: "medium", timeStyle: "short" },
  { dateStyle: "short", timeStyle: "long" }, { timeStyle: "medium" }, { dateStyle: "long" },
  { year: "numeric", month: "long", day: "numeric", hour: "numeric" },
  { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }, { weekday: "long" },
  { weekday: "short", day: "numeric" }, { weekday: "short", month: "long", day: "numeric" },
  { weekday: "short", month: "numeric", day: "numeric", year: "numeric" },
  { year: "numeric", month: "2-digit", day: "2-digit" }, { month: "long", year: "numeric" },
  { month: "numeric", year: "numeric" }, { month: "narrow" }, { day: "numeric" }, { hour: "numeric" },
  { hour: "2-digit", minute: "2-digit" }, { hour: "2-digit", hour12: false },
  { hour: "numeric", minute: "numeric", second: "numeric", fractionalSecondDigits: 3 }, { minute: "numeric" },
  { minute: "2-digit", second: "2-digit" }, { second: "numeric" },
  { hour: "numeric", minute: "numeric", hourCycle: "h23" }, { hour: "numeric", timeZoneName: "short" },
  { timeZoneName: "long" }, { era: "short" }, { era: "long", year: "numeric" }, { dayPeriod: "long", hour: "numeric" },
  { year: "2-digit", month: "numeric" }, { fractionalSecondDigits: 2 }, { year: "numeric", weekday: "long" },
  { year: "numeric", day: "numeric" }, { weekday: "long", hour: "numeric" },
  { month: "short", day: "numeric", hour: "numeric", hour12: false },
  { timeZone: "America/New_York", timeZoneName: "long", hour: "numeric" },
  { timeZone: "America/Los_Angeles", timeZoneName: "short" },
  { timeZone: "Europe/Berlin", timeZoneName: "short", hour: "numeric" },
  { timeZone: "Europe/Berlin", timeZoneName: "longOffset", hour: "numeric" },
  { timeZone: "Europe/Berlin", timeStyle: "full" }, { timeZone: "asia/tokyo", timeZoneName: "shortOffset" },
  { timeZone: "Pacific/Auckland", dateStyle: "short", timeStyle: "short" },
];
const NUMBERS = [
  [1.005, { maximumFractionDigits: 2 }], [1234567.891, {}], [-0, {}], [1e21, {}], [0.000001234, {}], [12345n, {}],
  ["123456789012345678901234567890.123456", { maximumFractionDigits: 6 }], [0.256, { style: "percent" }],
  [1234.5, { style: "currency", currency: "USD" }], [-1234.5, { style: "currency", currency: "EUR", currencySign: "accounting" }],
  [1234.5, { style: "currency", currency: "JPY" }], [2, { style: "currency", currency: "USD", currencyDisplay: "name" }],
  [5, { style: "currency", currency: "CHF" }], [-5, { style: "currency", currency: "CHF" }],
  [5, { style: "currency", currency: "USD", currencyDisplay: "code" }],
  [5, { style: "currency", currency: "CAD", currencyDisplay: "narrowSymbol" }],
  [50, { style: "unit", unit: "kilometer-per-hour" }], [50, { style: "unit", unit: "mile-per-hour", unitDisplay: "long" }],
  [1, { style: "unit", unit: "liter", unitDisplay: "long" }], [16, { style: "unit", unit: "megabyte", unitDisplay: "narrow" }],
  [16, { style: "unit", unit: "celsius" }], [1234, { style: "unit", unit: "day", unitDisplay: "long" }],
  [1234, { notation: "compact" }], [15300000, { notation: "compact", compactDisplay: "long" }],
  [999999, { notation: "compact" }], [1.55, { notation: "compact" }], [987654321, { notation: "compact" }],
  [123456, { notation: "scientific" }], [123456, { notation: "engineering" }], [0.00012, { notation: "scientific" }],
  [5, { signDisplay: "always" }], [0, { signDisplay: "exceptZero" }], [-5.2, { signDisplay: "never" }],
  [-0.001, { signDisplay: "negative", maximumFractionDigits: 1 }], [NaN, {}], [-Infinity, {}],
  [123456, { maximumSignificantDigits: 3 }], [1.5, { minimumSignificantDigits: 4 }], [0, { minimumSignificantDigits: 3 }],
  [1234, { useGrouping: false }], [1234, { useGrouping: "min2" }], [12345, { useGrouping: "min2" }],
  [3, { minimumIntegerDigits: 3 }], [2.5, { maximumFractionDigits: 0, roundingMode: "halfEven" }],
  [-2.5, { maximumFractionDigits: 0, roundingMode: "ceil" }], [2.1, { maximumFractionDigits: 0, roundingMode: "expand" }],
  [1.1, { style: "currency", currency: "USD", trailingZeroDisplay: "stripIfInteger" }],
  [1, { style: "currency", currency: "USD", trailingZeroDisplay: "stripIfInteger" }],
  [1000, { notation: "compact", style: "currency", currency: "USD" }],
  [1.13, { style: "currency", currency: "USD", roundingIncrement: 5 }],
  [4.321, { maximumFractionDigits: 2, maximumSignificantDigits: 2, roundingPriority: "morePrecision" }],
];

function cases() {
  const out = [];
  const add = (what, run) => {
    let text;
    try {
      text = run();
    } catch (error) {
      text = error.name;
    }
    // Node writes U+202F in parts, a plain space elsewhere.
    out.push([what, (typeof text === "string" ? text : JSON.stringify(text)).replaceAll("\u202f", " ")]);
  };
  for (const options of DATES) {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options });
    const what = `DateTimeFormat ${JSON.stringify(options)}`;
    add(what, () => format.format(TIME));
    add(`${what} parts`, () => format.formatToParts(TIME));
    add(`${what} options`, () => {
      const { timeZone, hour12, hourCycle, ...rest } = format.resolvedOptions();
      // V8 makes h24 of "hour12: false", which ECMA-402 no longer does.
      return { timeZone: timeZone.toLowerCase(), hour12, hourCycle: options.hour12 === false ? "h23" : hourCycle, ...Object.fromEntries(Object.entries(rest).sort()) };
    });
  }
  for (const [value, options] of NUMBERS) {
    const what = `NumberFormat ${value} ${JSON.stringify(options)}`;
    add(what, () => new Intl.NumberFormat("en", options).format(value));
    add(`${what} parts`, () => new Intl.NumberFormat("en", options).formatToParts(value));
    add(`${what} options`, () => Object.fromEntries(Object.entries(new Intl.NumberFormat("en", options).resolvedOptions()).sort()));
  }
  for (const options of [{ style: "currency" }, { currency: "X" }, { style: "unit", unit: "parsec" }, { style: "x" },
    { maximumFractionDigits: 101 }, { minimumFractionDigits: 4, maximumFractionDigits: 2 }]) {
    add(`NumberFormat ${JSON.stringify(options)}`, () => new Intl.NumberFormat("en", options).format(1));
  }
  for (const type of ["cardinal", "ordinal"]) {
    for (const n of [0, 1, 1.5, 2, 3, 4, 11, 12, 13, 21, 101, 111]) {
      add(`PluralRules ${type} ${n}`, () => new Intl.PluralRules("en", { type }).select(n));
    }
  }
  for (const type of ["conjunction", "disjunction", "unit"]) {
    for (const style of ["long", "short", "narrow"]) {
      for (const list of [[], ["a"], ["a", "b"], ["a", "b", "c", "d"]]) {
        add(`ListFormat ${type} ${style} ${list}`, () => new Intl.ListFormat("en", { type, style }).formatToParts(list));
      }
    }
  }
  for (const style of ["long", "short", "narrow"]) {
    for (const numeric of ["always", "auto"]) {
      for (const unit of ["second", "minute", "hours", "day", "week", "months", "quarter", "year"]) {
        for (const n of [-1000, -2, -1, -0, 0, 1, 1.5, 2]) {
          add(`RelativeTimeFormat ${style} ${numeric} ${n} ${unit}`, () => new Intl.RelativeTimeFormat("en", { style, numeric }).format(n, unit));
        }
      }
    }
  }
  const text = "Hello, world! Ça va? 👨‍👩‍👧 e\u0301\u0301 1,234.5 can't 🇩🇪🇫🇷\r\nNext one. Yes.";
  for (const granularity of ["grapheme", "word", "sentence"]) {
    const segments = new Intl.Segmenter("en", { granularity }).segment(text);
    add(`Segmenter ${granularity}`, () => [...segments]);
    add(`Segmenter ${granularity} containing`, () => [0, 8, text.length - 1, text.length, -1].map((at) => segments.containing(at)?.segment));
  }
  const words = ["résumé", "Resume", "resume", "Äpfel", "apfel", "Zebra", "zebra", "10", "9", "_x", "a b", "a-b"];
  for (const options of [{}, { numeric: true }, { sensitivity: "base" }, { caseFirst: "upper" }]) {
    const { compare } = new Intl.Collator("en", options);
    add(`Collator ${JSON.stringify(options)}`, () => [...words].sort(compare));
    add(`Collator ${JSON.stringify(options)} pairs`, () => [["a", "A"], ["a", "á"], ["a", "b"]].map(([a, b]) => compare(a, b)));
  }
  add("Collator sv", () => ["z", "ä", "a"].sort(new Intl.Collator("sv").compare));
  add("getCanonicalLocales", () => Intl.getCanonicalLocales(["EN-us", "zh-hans-cn", "en-US"]));
  add("bad locale", () => Intl.getCanonicalLocales("en_US"));
  add("null locale", () => Intl.getCanonicalLocales(null));
  add("supportedLocalesOf", () => Intl.NumberFormat.supportedLocalesOf(["en-GB", "en"]));
  add("Number", () => (1234.5).toLocaleString("en", { minimumFractionDigits: 2 }));
  add("BigInt", () => 12345678901234567890n.toLocaleString("en"));
  add("Array", () => [1234.5, new Date(TIME), null].toLocaleString("en", { timeZone: "UTC" }));
  const date = new Date(TIME);
  for (const name of ["toLocaleString", "toLocaleDateString", "toLocaleTimeString"]) {
    add(`Date ${name}`, () => date[name]("en-US", { timeZone: "UTC" }));
    add(`Date ${name} length`, () => [Date.prototype[name].length, Date.prototype[name].name]);
  }
  add("invalid Date", () => new Date(NaN).toLocaleString("en"));
  add("localeCompare", () => ["a".localeCompare("B"), "a".localeCompare("A", "en", { sensitivity: "base" })]);
  for (const name of Object.getOwnPropertyNames(Intl).filter((name) => SHAPES.includes(name)).sort()) {
    const service = Intl[name];
    add(`shape ${name}`, () => [
      service.length, service.name, Object.keys(service), Object.keys(service.prototype),
      Object.getOwnPropertyNames(service.prototype).filter((key) => typeof service.prototype.__lookupGetter__(key) === "function").sort(),
      Object.prototype.toString.call(service.prototype), service.supportedLocalesOf.length,
    ]);
    add(`shape ${name} without new`, () => String(service()));
  }
  return JSON.stringify(out);
}
const SHAPES = ["Collator", "DateTimeFormat", "ListFormat", "NumberFormat", "PluralRules", "RelativeTimeFormat", "Segmenter"];
