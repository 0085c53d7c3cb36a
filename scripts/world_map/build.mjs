/**
 * Draws the roaming page's world map: static/roaming/world.svg, a sprite with one element per territory, and
 * roaming/content/map.csv, which says what each element is and where a marker goes. Run it after `npm ci`, when
 * the destinations or the drawing change; what it writes is committed.
 *
 * Lengths are in viewBox units, in which the whole equator is 1000 wide; one square unit is some 1,350 km² in the
 * tropics and 1,050 km² in Europe.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

import { geoNaturalEarth1Raw } from "d3-geo";
import { polygonArea, polygonCentroid, polygonContains } from "d3-polygon";
import isoCountries from "i18n-iso-countries";
import polylabel from "polylabel";
import { feature, mergeArcs, neighbors } from "topojson-client";
import { topology } from "topojson-server";
import { presimplify, simplify } from "topojson-simplify";

const ROOT = new URL("../../", import.meta.url);
const ATLAS = new URL(import.meta.resolve("world-atlas/countries-50m.json"));
const ZONES = new URL("roaming/content/zones.csv", ROOT);
const SPRITE = new URL("static/roaming/world.svg", ROOT);
const MARKERS = new URL("roaming/content/map.csv", ROOT);

const WIDTH = 1000;
const HEIGHT = 438;
/** The latitude of the map's upper edge, degrees; the lower one is at 58° S. */
const NORTH = 84;
/** The meridian in the middle, degrees east: it puts the map's edges in the Bering Strait. */
const MIDDLE = 11;
const SCALE = WIDTH / 2 / geoNaturalEarth1Raw(Math.PI, 0)[0];

/** Outlines lose the corners whose triangle with the two next to them is smaller, square units. */
const DETAIL = 1.1;
/** The same for parts of the map: left, top, right, bottom, units. Europe and the Near East need more detail. */
const DETAIL_OF_PARTS = [
  { part: [430, 45, 640, 175], detail: 0.5 },
  { part: [0, 0, WIDTH, 55], detail: 4 },
];
/** Islets and holes smaller than this are not drawn, square units, ... */
const ISLET = 0.6;
/** ... but for parts that are at least this share of the territory's largest, such as Gaza. */
const NOTABLE_SHARE = 0.05;
/** What is left of an islet in fewer corners is not drawn if smaller than this, square units. */
const LEAST_LEFT = 0.1;
/** An island smaller than this is hard to see or hit and becomes a point, square units. */
const SMALL_ISLAND = 8.5;
/** The same for a territory with neighbours on land, whose point would hide them, square units. */
const SMALL_MAINLAND = 2;
/** How far a marker in the centre of gravity must be from the outline, as a share of the widest part's radius. */
const WELL_INSIDE = 0.6;
/** A point's radius, the least distance between two centres, and how far one is moved to keep it, units. */
const POINT_RADIUS = 3;
const POINT_DISTANCE = 7;
const POINT_MOVE = 14;

/** Most the sprite may weigh, bytes. */
const RAW_LIMIT = 70 * 1024;
const GZIP_LIMIT = 32 * 1024;

/** Territories that are not on the map: Antarctica is south of its edge. */
const LEFT_OUT = new Set(["AQ"]);

/** The atlas' features without an ISO number. The rest of the Indian Ocean Territories is in PARTS. */
const UNNUMBERED = {
  "Indian Ocean Ter.": "CX",
  Kosovo: "XK",
  "N. Cyprus": "CY",
  "Siachen Glacier": "IN",
  Somaliland: "SO",
};

/**
 * What the atlas draws as part of another territory, by the box its middle is in: west, south, east, north. Crimea
 * is Ukraine's for the UN and the EU; the atlas shows who holds it.
 */
const PARTS = [
  { from: "CX", to: "CC", box: [96, -13, 97, -12] },
  { from: "FR", to: "GF", box: [-55, 2, -51, 6] },
  { from: "FR", to: "GP", box: [-62, 15.8, -61, 16.6] },
  { from: "FR", to: "MQ", box: [-61.3, 14.3, -60.8, 15] },
  { from: "FR", to: "RE", box: [55, -21.5, 56, -20.8] },
  { from: "FR", to: "YT", box: [45, -13.1, 45.3, -12.6] },
  { from: "NL", to: "BQ", box: [-69, 12, -62.9, 17.7] },
  { from: "NO", to: "SJ", box: [-10, 70.5, -7, 71.5] },
  { from: "NO", to: "SJ", box: [10, 74, 35, 81] },
  { from: "NZ", to: "TK", box: [-173, -9.5, -171, -8.4] },
  { from: "RU", to: "UA", box: [32.4, 44.3, 36.7, 46.3] },
];

/**
 * Land to be cut off from the territory the atlas gives it to: the outline is cut straight from its corner next to
 * one place to its corner next to the other, and the side on which `holds` lies goes to the other territory.
 * Western Sahara begins at 27°40' N, not at Morocco's wall in the sand; the Golan Heights are Syria's, occupied.
 */
const CUTS = [
  { from: "MA", to: "EH", ends: [[-13.17, 27.66], [-8.69, 27.66]], holds: [-13, 26] },
  { from: "IL", to: "SY", ends: [[35.6, 33.24], [35.61, 32.68]], holds: [35.75, 33] },
];

/** Places the atlas lacks at this scale, and Kiribati's capital, far from its largest island; degrees east, north. */
const PLACES = {
  BV: [3.36, -54.42],
  GI: [-5.35, 36.14],
  KI: [172.98, 1.36],
  TV: [179.2, -8.52],
  UM: [166.65, 19.28],
};

/** Where territories on both sides of the map's edge are drawn as a whole: around so many degrees from the middle. */
const HOMES = { RU: 90, US: -90 };

/** The alpha-2 code of an atlas feature. */
function codeOf({ id, properties }) {
  const code = id === undefined ? UNNUMBERED[properties.name] : isoCountries.numericToAlpha2(id);
  if (!code) throw new Error(`The atlas feature ${properties.name} has no ISO code.`);
  return code;
}

/** Whether a place is in a box of its least x, least y, greatest x and greatest y; any one unit. */
function inBox([x, y], [left, low, right, high]) {
  return x >= left && x <= right && y >= low && y <= high;
}

/** The two closed rings into which a cut between its corners nearest to two places divides a ring, degrees. */
function cutRing(ring, ends) {
  const open = ring.slice(0, -1);
  const [first, second] = ends.map(([x, y]) => {
    const distances = open.map(([cornerX, cornerY]) => Math.hypot(cornerX - x, cornerY - y));
    return distances.indexOf(Math.min(...distances));
  }).sort((a, b) => a - b);
  const sides = [open.slice(first, second + 1), [...open.slice(second), ...open.slice(0, first + 1)]];
  return sides.map((side) => [...side, side[0]]);
}

/** The pieces left of one piece after the cuts that concern it. */
function cutPiece({ code, polygon }) {
  const cut = CUTS.find(({ from, holds }) => from === code && polygonContains(polygon[0], holds));
  if (!cut) return [{ code, polygon }];
  return cutRing(polygon[0], cut.ends).map((ring) => {
    return { code: polygonContains(ring, cut.holds) ? cut.to : code, polygon: [ring] };
  });
}

/** The piece under the code of the territory it belongs to. */
function assignPiece({ code, polygon }) {
  const part = PARTS.find(({ from, box }) => from === code && inBox(polygonCentroid(polygon[0]), box));
  return { code: part?.to ?? code, polygon };
}

/** Every polygon of the atlas with the code of its territory, degrees east and north. */
function readPieces() {
  const atlas = JSON.parse(readFileSync(ATLAS, "utf8"));
  const pieces = feature(atlas, atlas.objects.countries).features.flatMap((country) => {
    const { type, coordinates } = country.geometry;
    const polygons = type === "Polygon" ? [coordinates] : coordinates;
    return polygons.map((polygon) => ({ code: codeOf(country), polygon }));
  });
  return pieces.filter(({ code }) => !LEFT_OUT.has(code)).flatMap(cutPiece).map(assignPiece);
}

/** An angle made less than half a turn, degrees. */
function lessThanHalfTurn(angle) {
  return angle - 360 * Math.round(angle / 360);
}

/** A place on the map, units, from degrees east of the middle meridian (beyond 180 past the edge) and degrees north. */
function onMap([east, north]) {
  const radians = Math.PI / 180;
  const [x, y] = geoNaturalEarth1Raw(east * radians, north * radians);
  const top = geoNaturalEarth1Raw(0, NORTH * radians)[1];
  // Rounded, so that what meets at the 180th meridian from both sides meets exactly.
  return [WIDTH / 2 + SCALE * x, SCALE * (top - y)].map((length) => Math.round(length * 1000) / 1000);
}

/** A ring on the map, units, in one part even where it crosses the map's edge. */
function projectRing(code, ring) {
  let east = lessThanHalfTurn(ring[0][0] - MIDDLE);
  const unrolled = ring.map(([longitude, latitude]) => {
    east += lessThanHalfTurn(longitude - MIDDLE - east);
    return [east, latitude];
  });
  const [middle] = polygonCentroid(unrolled);
  const home = HOMES[code] ?? 0;
  const turn = home + lessThanHalfTurn(middle - home) - middle;
  return unrolled.map(([degrees, latitude]) => onMap([degrees + turn, latitude]));
}

/** The area within a ring, square units. */
function area(ring) {
  return Math.abs(polygonArea(ring));
}

/** The arcs of a territory without its islets and the holes that are as small, by areas in square units. */
function arcsToDraw(joined, geometry) {
  const areas = feature(joined, geometry).geometry.coordinates.map((rings) => rings.map(area));
  const least = Math.min(ISLET, NOTABLE_SHARE * Math.max(...areas.map(([outline]) => outline)));
  return geometry.arcs
    .map((rings, part) => rings.filter((_, ring) => areas[part][ring] >= (ring === 0 ? least : ISLET)))
    .filter((_, part) => areas[part][0] >= least);
}

/** The topology of all territories on the map, each without the borders between its own pieces. */
function joinPieces(pieces) {
  const features = [...new Set(pieces.map(({ code }) => code))].map((id) => {
    const own = pieces.filter(({ code }) => code === id);
    const coordinates = own.map(({ polygon }) => polygon.map((ring) => projectRing(id, ring)));
    return { type: "Feature", id, geometry: { type: "MultiPolygon", coordinates } };
  });
  const joined = topology({ territories: { type: "FeatureCollection", features } });
  const { territories } = joined.objects;
  territories.geometries = territories.geometries.map((one) => ({
    type: "MultiPolygon",
    id: one.id,
    arcs: arcsToDraw(joined, mergeArcs(joined, [one])),
  }));
  return joined;
}

/** A territory's polygons of a topology, largest first, units. */
function polygonsOf(joined, geometry) {
  return feature(joined, geometry).geometry.coordinates.sort((a, b) => area(b[0]) - area(a[0]));
}

/** A place for a marker in a polygon, units: its centre of gravity if well inside, else its widest part. */
function markerPlace(polygon) {
  const widest = polylabel(polygon, 0.05);
  const [x, y] = polygonCentroid(polygon[0]);
  const reach = widest.distance * WELL_INSIDE;
  const around = [[0, 0], [-1, 0], [1, 0], [0, -1], [0, 1]].map(([dx, dy]) => [x + dx * reach, y + dy * reach]);
  return around.every((place) => polygonContains(polygon[0], place)) ? [x, y] : [...widest];
}

/** The codes of the territories too small to be drawn. */
function tooSmall(joined) {
  const { geometries } = joined.objects.territories;
  const adjacent = neighbors(geometries);
  const small = geometries.filter((geometry, index) => {
    return area(polygonsOf(joined, geometry)[0][0]) < (adjacent[index].length > 0 ? SMALL_MAINLAND : SMALL_ISLAND);
  });
  return new Set(small.map(({ id }) => id));
}

/** The distance of two points, units. */
function distance(one, other) {
  return Math.hypot(other.x - one.x, other.y - one.y);
}

/** Move a point by a share of its way to another. */
function move(point, goal, share) {
  point.x += (goal.x - point.x) * share;
  point.y += (goal.y - point.y) * share;
}

/** Move two points apart by half of what their distance lacks, units. */
function separate(one, other, least) {
  const lack = least / distance(one, other) - 1;
  if (lack <= 0) return;
  const from = { ...one };
  move(one, other, -lack / 4);
  move(other, from, -lack / 4);
}

/** The points, moved as little as it takes for every two of them to be told apart. */
function spreadPoints(places) {
  // A little more than the least distance, for the rounding to one decimal.
  const least = POINT_DISTANCE + 0.15;
  const points = places.map((place) => ({ ...place }));
  for (let round = 0; round < 3000; round += 1) {
    // Drawn back to their places, ever less and then not at all, they settle where none has moved far.
    points.forEach((point, index) => move(point, places[index], Math.max(0, 0.3 * (1 - round / 2100))));
    points.forEach((one, index) => points.slice(index + 1).forEach((other) => separate(one, other, least)));
  }
  return points.map(({ code, x, y }) => ({ code, x: oneDecimal(x), y: oneDecimal(y) }));
}

/** A length rounded to the map's precision, units. */
function oneDecimal(length) {
  return Math.round(length * 10) / 10;
}

/** The corners of a ring in whole tenths of a unit, without the repetitions that rounding makes. */
function tenthsOf(ring) {
  const rounded = ring.map((corner) => corner.map((length) => Math.round(length * 10)));
  return rounded.filter((corner, index) => String(corner) !== String(rounded.at(index - 1)));
}

/** The path data of rings in tenths of a unit: relative commands, in units, with no more separators than needed. */
function pathData(rings) {
  const parts = rings.map((ring, part) => ring.flatMap(([x, y], index) => {
    const [lastX, lastY] = ring[index - 1] ?? rings[part - 1]?.[0] ?? [0, 0];
    return [x - lastX, y - lastY].map((tenths) => String(tenths / 10).replace(/^(-?)0\./, "$1."));
  }));
  // A sign, or a second decimal point, ends the number before by itself.
  const compact = (steps) => steps.join(" ").replaceAll(" -", "-").replace(/(\.\d) (?=\.)/g, "$1");
  return parts.map((steps) => `m${compact(steps)}z`).join("");
}

/** How much a corner matters, 1 being just enough to keep it, by its triangle with the two next to it. */
function cornerWeight(triangle) {
  const special = DETAIL_OF_PARTS.find(({ part }) => inBox(triangle[1], part));
  return area(triangle) / (special?.detail ?? DETAIL);
}

/** The shapes of the map: code, path data, and where a marker goes, units. */
function shapesOf(joined, points) {
  const simple = simplify(presimplify(joined, cornerWeight), 1);
  return simple.objects.territories.geometries.filter(({ id }) => !points.has(id)).map((geometry) => {
    const polygons = polygonsOf(simple, geometry);
    const rings = polygons.flat().map(tenthsOf).filter((ring) => area(ring) >= 100 * LEAST_LEFT);
    const [x, y] = markerPlace(polygons[0]).map(oneDecimal);
    return { code: geometry.id, kind: "shape", path: pathData(rings), x, y };
  });
}

/** The places of the points, units: those named above, and the middle of each small territory's largest island. */
function placesOf(joined, small) {
  const tiny = joined.objects.territories.geometries.filter(({ id }) => small.has(id));
  const islands = tiny.map((geometry) => [geometry.id, polygonCentroid(polygonsOf(joined, geometry)[0][0])]);
  const named = Object.entries(PLACES).map(([code, [east, north]]) => [code, onMap([east - MIDDLE, north])]);
  return [...new Map([...islands, ...named])].map(([code, [x, y]]) => ({ code, x, y }));
}

/** The points of the map: code and place, units. */
function pointsOf(joined) {
  const places = placesOf(joined, tooSmall(joined));
  const points = spreadPoints(places);
  checkSpread(places, points);
  return points.map((point) => ({ ...point, kind: "point" }));
}

/** Fail unless the points can be told apart and are near their places. */
function checkSpread(places, spread) {
  const far = spread.find((point, index) => distance(point, places[index]) > POINT_MOVE);
  if (far) throw new Error(`The point of ${far.code} is moved too far.`);
  const near = spread.find((one) => spread.some((other) => one !== other && distance(one, other) < POINT_DISTANCE));
  if (near) throw new Error(`The point of ${near.code} is too near to another.`);
}

/** The codes of the destinations in zones.csv. */
function destinations() {
  const [header, ...lines] = readFileSync(ZONES, "utf8").trim().split(/\r?\n/);
  const column = header.split(",").indexOf("iso");
  // A field is quoted, with quotes doubled, or free of commas.
  return lines.map((line) => [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)][column][1]);
}

/** Fail unless every territory has one element, and every shape an outline. */
function checkTerritories(territories) {
  const codes = territories.map(({ code }) => code);
  // The package counts Kosovo's XK among the ISO codes.
  const expected = Object.keys(isoCountries.getAlpha2Codes()).filter((code) => !LEFT_OUT.has(code));
  const missing = [...new Set([...destinations(), ...expected])].filter((code) => !codes.includes(code));
  if (missing.length > 0) throw new Error(`Not on the map: ${missing.join(", ")}.`);
  const empty = territories.filter(({ kind, path }) => kind === "shape" && !path);
  if (empty.length > 0) throw new Error(`Shapes without outline: ${empty.map(({ code }) => code).join(", ")}.`);
}

/** A territory as an SVG element. */
function element({ code, kind, path, x, y }) {
  if (kind === "shape") return `<path id="${code}" d="${path}"/>`;
  return `<circle id="${code}" cx="${x}" cy="${y}" r="${POINT_RADIUS}"/>`;
}

/** The sprite as text. */
function sprite(territories) {
  const root = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}">`;
  return [root, ...territories.map(element), "</svg>", ""].join("\n");
}

/** The table of markers as text. */
function markerTable(territories) {
  const rows = territories.map(({ code, kind, x, y }) => [code, kind, x.toFixed(1), y.toFixed(1)].join(","));
  return ["iso,kind,x,y", ...rows, ""].join("\n");
}

/** Draw, check and write the map. */
function build() {
  const joined = joinPieces(readPieces());
  const points = pointsOf(joined);
  const shapes = shapesOf(joined, new Set(points.map(({ code }) => code)));
  const territories = [...shapes, ...points].sort((a, b) => (a.code < b.code ? -1 : 1));
  checkTerritories(territories);
  const svg = sprite(territories);
  const zipped = gzipSync(svg, { level: 9 }).length;
  console.log(`${svg.length} bytes, ${zipped} gzipped; ${shapes.length} shapes, ${points.length} points`);
  if (svg.length > RAW_LIMIT) throw new Error(`The sprite is over ${RAW_LIMIT} bytes.`);
  if (zipped > GZIP_LIMIT) throw new Error(`The sprite is over ${GZIP_LIMIT} bytes gzipped.`);
  writeFileSync(SPRITE, svg);
  writeFileSync(MARKERS, markerTable(territories));
}

try {
  build();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
