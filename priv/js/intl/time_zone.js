// Time zones: their offsets, and the names that English has for them.

import { canonicalZone, zoneOffset } from "native:intl";

const OFFSET = /^([+-])([01]\d|2[0-3])(?::?([0-5]\d))?$/;

/** A time zone identifier in its own case, or a RangeError. */
export function toTimeZone(text) {
  const offset = OFFSET.exec(text);
  if (offset !== null) {
    const [, sign, hours, minutes = "00"] = offset;
    return `${hours + minutes === "0000" ? "+" : sign}${hours}:${minutes}`;
  }
  if (/^(etc\/)?(utc|gmt|uct|zulu|universal|greenwich)$/i.test(text)) {
    return "UTC";
  }
  const name = canonicalZone(text);
  if (name === undefined) throw new RangeError(`Invalid time zone specified: ${text}`);
  return name;
}

/** Seconds east of UTC, and whether it is summer time. */
export function offsetAt(zone, ms) {
  const fixed = OFFSET.exec(zone);
  if (fixed !== null) {
    const seconds = (+fixed[2] * 60 + +fixed[3]) * 60;
    return { seconds: fixed[1] === "-" ? -seconds : seconds, summer: false };
  }
  if (zone === "UTC") return { seconds: 0, summer: false };
  const packed = zoneOffset(zone, ms);
  return { seconds: Math.floor(packed / 2), summer: Math.abs(packed % 2) === 1 };
}

/** Zones by the name of their time (CLDR's metazones that English abbreviates, and Europe's). */
const NAMED = [
  ["Eastern", "E", "America/New_York America/Detroit America/Toronto America/Kentucky/Louisville America/Indiana/Indianapolis"],
  ["Central", "C", "America/Chicago America/Winnipeg America/Menominee"],
  ["Mountain", "M", "America/Denver America/Boise America/Edmonton America/Phoenix"],
  ["Pacific", "P", "America/Los_Angeles America/Vancouver"],
  ["Alaska", "AK", "America/Anchorage America/Juneau"],
  ["Hawaii-Aleutian", "H", "Pacific/Honolulu"],
  ["Central European", "", "Europe/Berlin Europe/Paris Europe/Rome Europe/Madrid Europe/Vienna Europe/Zurich Europe/Amsterdam Europe/Brussels Europe/Copenhagen Europe/Oslo Europe/Stockholm Europe/Prague Europe/Warsaw Europe/Budapest"],
  ["Eastern European", "", "Europe/Helsinki Europe/Athens Europe/Bucharest Europe/Kiev Europe/Kyiv Europe/Sofia Europe/Riga Europe/Vilnius Europe/Tallinn"],
  ["Japan", "", "Asia/Tokyo"],
  ["India", "", "Asia/Kolkata Asia/Calcutta"],
  ["China", "", "Asia/Shanghai"],
];
const named = new Map(NAMED.flatMap(([name, letter, zones]) => zones.split(" ").map((zone) => [zone, [name, letter]])));

function offsetName(seconds, long) {
  if (seconds === 0) return "GMT";
  const sign = seconds < 0 ? "-" : "+";
  const total = Math.floor(Math.abs(seconds) / 60);
  const hours = Math.floor(total / 60), minutes = total % 60;
  const two = (number) => String(number).padStart(2, "0");
  if (long) return `GMT${sign}${two(hours)}:${two(minutes)}`;
  return `GMT${sign}${hours}${minutes === 0 ? "" : `:${two(minutes)}`}`;
}

/** What English calls a zone at a time. */
export function zoneName(zone, style, { seconds, summer }) {
  const long = style.startsWith("long");
  if (style.endsWith("Offset")) return offsetName(seconds, long);
  if (zone === "UTC") return long ? "Coordinated Universal Time" : "UTC";
  const [name, letter] = named.get(zone) ?? [];
  const generic = style.endsWith("Generic");
  if (long && name !== undefined) {
    const kind = generic ? "" : summer ? (name.includes("European") ? " Summer" : " Daylight") : " Standard";
    return `${name}${kind} Time`;
  }
  if (!long && letter) return generic ? `${letter}T` : `${letter}${summer ? "D" : "S"}T`;
  return offsetName(seconds, long);
}
