// How English puts the components of a date and a time together: CLDR, en.

const DATE_STYLES = {
  full: { weekday: "long", month: "long", day: "numeric", year: "numeric" },
  long: { month: "long", day: "numeric", year: "numeric" },
  medium: { month: "short", day: "numeric", year: "numeric" },
  short: { month: "numeric", day: "numeric", year: "2-digit" },
};

const isNumeric = (style) => style === "numeric" || style === "2-digit";

/**
 * The pattern of what has been resolved: texts and fields, `[type, style]`.
 * @returns {(string | [string, unknown])[]}
 */
export function pattern(slots) {
  const { dateStyle, timeStyle } = slots;
  if (dateStyle === undefined && timeStyle === undefined) return componentPattern(slots);
  const date = dateStyle === undefined ? [] : datePattern(DATE_STYLES[dateStyle]);
  const time = timeStyle === undefined ? [] : timePattern({
    hour: slots.hour12 ? "numeric" : "2-digit",
    minute: "2-digit",
    second: timeStyle === "short" ? undefined : "2-digit",
    timeZoneName: { full: "long", long: "short" }[timeStyle],
  }, slots.hour12);
  return joined(date, time, dateStyle === "full" || dateStyle === "long" ? " at " : ", ");
}

function componentPattern(slots) {
  const date = datePattern(slots);
  const isTimed = slots.hour !== undefined || slots.minute !== undefined || slots.second !== undefined;
  const time = timePattern(slots, slots.hour12);
  if (time.length === 0) return date;
  const { weekday, month, day, year } = slots;
  // A weekday alone is followed by the time; after a date with its month in full,
  // English says "at".
  if (weekday !== undefined && month === undefined && day === undefined && year === undefined && isTimed) return joined(date, time, " ");
  return joined(date, time, month === "long" && isTimed ? " at " : ", ");
}

function joined(date, time, between) {
  return date.length > 0 && time.length > 0 ? [...date, between, ...time] : [...date, ...time];
}

function datePattern(components) {
  const { weekday, era, year, month, day } = components;
  const fields = [];
  const field = (type) => [type, components[type]];
  if (month === undefined) {
    // "2026 Thursday", "5 Thu", "2026 (day: 5)".
    if (year !== undefined) fields.push(field("year"));
    if (day !== undefined) fields.push(...(year === undefined ? [field("day")] : [" (day: ", field("day"), ")"]));
    if (weekday !== undefined) fields.push(...(fields.length > 0 ? [" "] : []), field("weekday"));
  } else {
    if (weekday !== undefined) fields.push(field("weekday"), ", ");
    fields.push(field("month"));
    const isNumbers = isNumeric(month);
    if (day !== undefined) fields.push(isNumbers ? "/" : " ", field("day"));
    if (year !== undefined) fields.push(isNumbers ? "/" : day === undefined ? " " : ", ", field("year"));
  }
  if (era !== undefined) fields.push(...(fields.length > 0 ? [" "] : []), field("era"));
  return fields;
}

function timePattern(components, hour12) {
  const { hour, minute, second, fractionalSecondDigits, dayPeriod, timeZoneName } = components;
  const fields = [];
  for (const [type, style] of [["hour", hour], ["minute", minute], ["second", second]]) {
    if (style !== undefined) fields.push(...(fields.length > 0 ? [":"] : []), [type, style]);
  }
  if (fractionalSecondDigits !== undefined) fields.push(...(fields.length > 0 ? ["."] : []), ["fractionalSecond", fractionalSecondDigits]);
  if (hour !== undefined && hour12) {
    // A plain space, as browsers have it; CLDR's own is U+202F.
    fields.push(" ", ["dayPeriod", dayPeriod]);
  } else if (hour === undefined && dayPeriod !== undefined) {
    fields.push(...(fields.length > 0 ? [" "] : []), ["dayPeriod", dayPeriod]);
  }
  if (timeZoneName !== undefined) fields.push(...(fields.length > 0 ? [" "] : []), ["timeZoneName", timeZoneName]);
  return fields;
}
