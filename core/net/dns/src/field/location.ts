/** The record data of LOC (RFC 1876). */
import type { Field } from './field.ts';

export interface Location {
  /** Thousandths of a second of arc, north positive. */
  readonly latitude: number;
  /** Thousandths of a second of arc, east positive. */
  readonly longitude: number;
  /** Centimetres above the WGS 84 ellipsoid, from -100 km. */
  readonly altitude: number;
  /** The diameter of a sphere around it all, in centimetres: one digit and zeros, like the next two. */
  readonly size: number;
  /** Centimetres. */
  readonly horizontalPrecision: number;
  /** Centimetres. */
  readonly verticalPrecision: number;
}

/** The whole record data; a version other than 0 is malformed here and so stays opaque (section 2). */
export const LOCATION: Field<Location> = {
  parse(reader) {
    const version = reader.u8();
    const size = parseSize(reader.u8());
    const horizontalPrecision = parseSize(reader.u8());
    const verticalPrecision = parseSize(reader.u8());
    const latitude = reader.u32() - EQUATOR;
    const longitude = reader.u32() - EQUATOR;
    const altitude = reader.u32() - GROUND;
    if (version !== 0 || size < 0 || horizontalPrecision < 0 || verticalPrecision < 0)
      return undefined;
    if (Math.abs(latitude) > 90 * DEGREE || Math.abs(longitude) > 180 * DEGREE) return undefined;
    return { latitude, longitude, altitude, size, horizontalPrecision, verticalPrecision };
  },
  emit(writer, location) {
    writer.u8(0);
    writer.u8(sizeOctet(location.size));
    writer.u8(sizeOctet(location.horizontalPrecision));
    writer.u8(sizeOctet(location.verticalPrecision));
    writer.u32(location.latitude + EQUATOR);
    writer.u32(location.longitude + EQUATOR);
    writer.u32(location.altitude + GROUND);
  },
  print(location) {
    const { latitude, longitude } = location;
    return [
      angleText(latitude, latitude < 0 ? 'S' : 'N'),
      angleText(longitude, longitude < 0 ? 'W' : 'E'),
      metres(location.altitude),
      metres(location.size),
      metres(location.horizontalPrecision),
      metres(location.verticalPrecision),
    ].join(' ');
  },
  scan(words) {
    const text = words.rest().join(' ').toUpperCase();
    const match = LOCATION_TEXT.exec(text);
    if (match === null) return undefined;
    const [latitude, longitude] = [match.slice(1, 5), match.slice(5, 9)].map(parseAngle);
    const [altitude, size, horizontal, vertical] = match.slice(9).map(parseMetres);
    if (Math.abs(latitude) > 90 * DEGREE || Math.abs(longitude) > 180 * DEGREE) return undefined;
    if (altitude === undefined || altitude + GROUND < 0 || altitude + GROUND > 0xffff_ffff) {
      return undefined;
    }
    const spans = [size ?? 100, horizontal ?? 1_000_000, vertical ?? 1000];
    if (spans.some((span) => span < 0 || span > 9e9)) return undefined;
    const [sphere, horizontalPrecision, verticalPrecision] = spans.map(oneDigit);
    return { latitude, longitude, altitude, size: sphere, horizontalPrecision, verticalPrecision };
  },
};

/** Centimetres of the octet `XY`, which says X times 10 to the power Y; negative when it is not the usual one. */
function parseSize(octet: number): number {
  const digit = octet >>> 4;
  const power = octet & 0xf;
  return digit > 9 || power > 9 || (digit === 0 && power > 0) ? -1 : digit * 10 ** power;
}

function sizeOctet(size: number): number {
  let power = 0;
  let digit = size;
  for (; digit > 9 && digit % 10 === 0; power++) digit /= 10;
  if (!(digit >= 0 && digit <= 9) || power > 9)
    throw new RangeError(`${size} is not one digit and zeros`);
  return (digit << 4) | power;
}

/** The size with its digits behind the first one as zeros. */
function oneDigit(size: number): number {
  const unit = 10 ** Math.max(String(size).length - 1, 0);
  return Math.floor(size / unit) * unit;
}

function angleText(angle: number, hemisphere: string): string {
  const size = Math.abs(angle);
  const seconds = ((size % 60_000) / 1000).toFixed(3);
  return `${Math.floor(size / DEGREE)} ${Math.floor(size / 60_000) % 60} ${seconds} ${hemisphere}`;
}

function parseAngle(parts: readonly string[]): number {
  const [degrees, minutes, seconds, hemisphere] = parts;
  const size =
    Number(degrees) * DEGREE +
    Number(minutes ?? 0) * 60_000 +
    Math.round(Number(seconds ?? 0) * 1000);
  return hemisphere === 'S' || hemisphere === 'W' ? 0 - size : size;
}

function metres(centimetres: number): string {
  return `${(centimetres / 100).toFixed(2)}m`;
}

function parseMetres(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Math.round(Number(text.replace('M', '')) * 100);
}

/** A degree in thousandths of a second of arc. */
const DEGREE = 3_600_000;
/** The value that stands for an angle of zero. */
const EQUATOR = 2 ** 31;
/** The value in centimetres that stands for an altitude of zero. */
const GROUND = 10_000_000;

const ANGLE = '([0-9]{1,3})(?: ([0-5]?[0-9])(?: ([0-5]?[0-9](?:\\.[0-9]{1,3})?))?)?';
const METRES = '([0-9]{1,8}(?:\\.[0-9]{1,2})?M?)';
const LOCATION_TEXT = new RegExp(
  `^${ANGLE} ([NS]) ${ANGLE} ([EW]) (-?[0-9]{1,8}(?:\\.[0-9]{1,2})?M?)(?: ${METRES}(?: ${METRES}(?: ${METRES})?)?)?$`,
);
