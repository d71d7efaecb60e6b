// The map of a page under /ogc: the features that the page lists, or vector tiles.

const box = /** @type {HTMLElement | null} */ (document.querySelector('.map'));

/** @param {any} geometry @param {number[]} bounds */
function reach(geometry, bounds) {
  /** @param {any} part */
  const walk = (part) => {
    if (typeof part[0] !== 'number') { part.forEach(walk); return; }
    bounds[0] = Math.min(bounds[0], part[0]);
    bounds[1] = Math.min(bounds[1], part[1]);
    bounds[2] = Math.max(bounds[2], part[0]);
    bounds[3] = Math.max(bounds[3], part[1]);
  };
  if (geometry) walk(geometry.coordinates);
}

/** @param {HTMLElement} place */
async function draw(place) {
  const maplibre = await import('../vendor/maplibre-gl/maplibre-gl.mjs');
  const { features, tiles, layers } = place.dataset;
  /** @type {any} */
  let source;
  let bounds = [180, 90, -180, -90];
  if (tiles) {
    bounds = (place.dataset.bounds ?? '').split(',').map(Number);
    source = { type: 'vector', tiles: [tiles], minzoom: 0, maxzoom: Number(place.dataset.zoom) };
  } else {
    // In degrees, whatever the page shows them in.
    const url = new URL(features ?? '', location.href);
    url.searchParams.delete('crs');
    const data = await (await fetch(url)).json();
    for (const each of data.features ?? [data]) reach(each.geometry, bounds);
    source = { type: 'geojson', data };
  }
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const line = dark ? '#8ab8f5' : '#1f4e8c';
  const names = tiles ? (layers ?? '').split(',') : [undefined];
  new maplibre.Map({
    container: place,
    attributionControl: false,
    style: {
      version: 8,
      sources: { districts: source },
      layers: names.flatMap((name, k) => [
        { id: `fill-${k}`, type: 'fill', source: 'districts', ...(name && { 'source-layer': name }), paint: { 'fill-color': line, 'fill-opacity': 0.12 } },
        { id: `line-${k}`, type: 'line', source: 'districts', ...(name && { 'source-layer': name }), paint: { 'line-color': line, 'line-width': name === 'precincts' ? 3 : 1.2 } },
      ]),
    },
    bounds: /** @type {[number, number, number, number]} */ (bounds),
    fitBoundsOptions: { padding: 24 },
  });
}

if (box) draw(box).catch(() => { box.hidden = true; });
