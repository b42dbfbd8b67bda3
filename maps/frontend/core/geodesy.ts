/* Lengths and areas on the WGS 84 ellipsoid.

   Lengths by Vincenty's inverse formula (Survey Review XXIII, 1975), to a millimetre. Areas on the
   authalic sphere, which has the area of the ellipsoid (Snyder, Map Projections, 1987, 3-11 to 3-13):
   within a millionth for outlines of the size of a city. */

/** A location in degrees. */
export interface LonLat {
  lon: number;
  lat: number;
}

const EQUATOR = 6_378_137; // metres
const FLATTENING = 1 / 298.257223563;
const POLE = EQUATOR * (1 - FLATTENING);
const ECCENTRICITY2 = FLATTENING * (2 - FLATTENING);
const ECCENTRICITY = Math.sqrt(ECCENTRICITY2);
const MOST_STEPS = 100; // only nearly opposite points of the earth need more than ten

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/* The azimuth of the equator's crossing and the arc between two points on the auxiliary sphere. */
interface Arc {
  sigma: number;
  sin: number;
  cos: number;
  cos2Alpha: number;
  cos2Middle: number;
}

/* Returns the arc between two reduced latitudes that lie `lambda` apart; null for equal points. */
function arcOf(u1: number, u2: number, lambda: number): Arc | null {
  const [sin1, cos1, sin2, cos2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
  const sin = Math.hypot(cos2 * Math.sin(lambda), cos1 * sin2 - sin1 * cos2 * Math.cos(lambda));
  if (!sin) return null;
  const cos = sin1 * sin2 + cos1 * cos2 * Math.cos(lambda);
  const sinAlpha = (cos1 * cos2 * Math.sin(lambda)) / sin;
  const cos2Alpha = 1 - sinAlpha ** 2;
  const cos2Middle = cos2Alpha ? cos - (2 * sin1 * sin2) / cos2Alpha : 0; // 0 along the equator
  return { sigma: Math.atan2(sin, cos), sin, cos, cos2Alpha, cos2Middle };
}

/* Returns how far the difference of longitude on the auxiliary sphere exceeds the true one. */
function excessLongitude(arc: Arc, u1: number, u2: number, lambda: number): number {
  const { sigma, sin, cos, cos2Alpha, cos2Middle } = arc;
  const sinAlpha = (Math.cos(u1) * Math.cos(u2) * Math.sin(lambda)) / sin;
  const c = (FLATTENING / 16) * cos2Alpha * (4 + FLATTENING * (4 - 3 * cos2Alpha));
  return (1 - c) * FLATTENING * sinAlpha * (sigma + c * sin * (cos2Middle + c * cos * (2 * cos2Middle ** 2 - 1)));
}

/* Returns the length of an arc on the ellipsoid in metres. */
function lengthOf({ sigma, sin, cos, cos2Alpha, cos2Middle }: Arc): number {
  const u2 = cos2Alpha * ((EQUATOR / POLE) ** 2 - 1);
  const a = 1 + (u2 / 16384) * (4096 + u2 * (u2 * (320 - 175 * u2) - 768));
  const b = (u2 / 1024) * (256 + u2 * (u2 * (74 - 47 * u2) - 128));
  const inner = cos * (2 * cos2Middle ** 2 - 1) - (b / 6) * cos2Middle * (4 * sin ** 2 - 3) * (4 * cos2Middle ** 2 - 3);
  return POLE * a * (sigma - b * sin * (cos2Middle + (b / 4) * inner));
}

/** Returns the length of the geodesic between two locations in metres. */
export function geodesicLength(from: LonLat, to: LonLat): number {
  const reduced = ({ lat }: LonLat) => Math.atan((1 - FLATTENING) * Math.tan(radians(lat)));
  const [u1, u2] = [reduced(from), reduced(to)];
  const difference = radians(to.lon - from.lon);
  let lambda = difference;
  for (let step = 1; ; step++) {
    const arc = arcOf(u1, u2, lambda);
    if (!arc) return 0;
    const next = difference + excessLongitude(arc, u1, u2, lambda);
    if (Math.abs(next - lambda) < 1e-12 || step === MOST_STEPS) return lengthOf(arc);
    lambda = next;
  }
}

/** Returns the length of a line through locations in metres. */
export const lineLength = (line: readonly LonLat[]): number =>
  line.slice(1).reduce((sum, to, index) => sum + geodesicLength(line[index], to), 0);

/* Snyder's q of a latitude whose sine is given. */
const q = (sine: number): number => {
  const e = ECCENTRICITY * sine;
  return (1 - ECCENTRICITY2) * (sine / (1 - e ** 2) + Math.atanh(e) / ECCENTRICITY);
};

const QUARTER = q(1);

const authalicLatitude = (lat: number): number => Math.asin(q(Math.sin(radians(lat))) / QUARTER);

/* Returns the spherical excess between an edge and the equator. */
function edgeExcess(from: LonLat, to: LonLat): number {
  const [t1, t2] = [from, to].map(({ lat }) => Math.tan(authalicLatitude(lat) / 2));
  return 2 * Math.atan2(Math.tan(radians(to.lon - from.lon) / 2) * (t1 + t2), 1 + t1 * t2);
}

/** Returns the area inside a closed line of locations in square metres; the line must not cross itself. */
export function ringArea(ring: readonly LonLat[]): number {
  const excess = ring.reduce((sum, from, index) => sum + edgeExcess(from, ring[(index + 1) % ring.length]), 0);
  return Math.abs(excess) * EQUATOR ** 2 * (QUARTER / 2);
}

/* Which side of a line from a to b a location lies on: positive, negative or 0. */
const side = (a: LonLat, b: LonLat, { lon, lat }: LonLat): number =>
  Math.sign((b.lon - a.lon) * (lat - a.lat) - (b.lat - a.lat) * (lon - a.lon));

const cross = (a: LonLat, b: LonLat, c: LonLat, d: LonLat): boolean =>
  side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;

/** Whether the edges of a closed line cross. */
export function crossesItself(ring: readonly LonLat[]): boolean {
  const edges = ring.map((from, index) => [from, ring[(index + 1) % ring.length]] as const);
  return edges.some(([a, b], index) => edges.slice(index + 1).some(([c, d]) => cross(a, b, c, d)));
}
