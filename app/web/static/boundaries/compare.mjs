/** The map pane: one set, or the old and the new one side by side or under a curtain. */

import { byId, fill, h, icon } from '../dom.mjs';
import { t } from '../i18n.mjs';
import { NoMap } from '../map.mjs';
import { ICONS } from '../shapes.mjs';
import { createSetMap } from './set-map.mjs';

/** @typedef {'new' | 'old' | 'swipe' | 'side'} Mode */
const MODES = /** @type {Mode[]} */ (['new', 'old', 'swipe', 'side']);
const STEP = 0.05;

/**
 * @param {{basemap: any, styleUrl: string | null, onpick: (code: string | null) => void}} options
 */
export async function createCompare({ basemap, styleUrl, onpick }) {
  const frame = byId('maps');
  const [newPlace, oldPlace] = [byId('map'), byId('map-old')];
  const curtain = byId('curtain');
  const bar = byId('compare');
  const captions = byId('captions');
  const fresh = await createSetMap(newPlace, { basemap, styleUrl, onpick });
  /** @type {import('./set-map.mjs').SetMap | null} */
  let old = null;
  /** @type {Mode} */
  let mode = 'new';
  let share = 0.5;
  /** @type {{fresh: string, old: string} | null} names of what can be compared */
  let names = null;
  /** @type {any[]} */
  let oldFeatures = [];
  let following = false;

  function draw() {
    frame.dataset.mode = mode;
    bar.hidden = !names;
    captions.hidden = !names;
    if (!names) return;
    fill(bar, h('fieldset', {}, h('legend.sr', {}, t('b.compare.title')), MODES.map((each) => h('label.mode', {},
      h('input', { type: 'radio', name: 'compare', value: each, checked: each === mode, onchange: () => choose(each) }), h('span', {}, t(`b.compare.${each}`))))));
    fill(captions, mode !== 'new' && h('p.caption.old', {}, t('b.compare.caption_old', { label: names.old })), mode !== 'old' && h('p.caption.new', {}, t('b.compare.caption_new', { label: names.fresh })));
    curtain.setAttribute('aria-label', t('b.compare.curtain'));
    old?.map.getCanvas().setAttribute('aria-label', t('b.map.canvas_old'));
    curtain.setAttribute('aria-valuetext', t('b.compare.curtain_at', { n: Math.round(share * 100) }));
  }

  /** @param {Mode} wanted */
  async function choose(wanted) {
    const closer = Number(mode === 'side') - Number(wanted === 'side');
    mode = wanted;
    draw();
    curtain.hidden = mode !== 'swipe';
    if (mode !== 'new' && !old) await makeOld();
    place();
    for (const each of [fresh, old]) each?.map.resize();
    // Half as wide, the map shows the same ground all the same; a step of zoom is a factor of two.
    if (closer) fresh.map.jumpTo({ zoom: fresh.map.getZoom() + closer });
    if (old) old.map.jumpTo({ center: fresh.map.getCenter(), zoom: fresh.map.getZoom() });
  }

  async function makeOld() {
    old = await createSetMap(oldPlace, { basemap, styleUrl, onpick });
    old.districts(oldFeatures);
    draw();
    follow(fresh, () => old);
    follow(old, () => fresh);
  }

  /**
   * Two maps that show the same ground; whichever is moved, the other goes along.
   * @param {import('./set-map.mjs').SetMap} one
   * @param {() => import('./set-map.mjs').SetMap | null} other
   */
  function follow(one, other) {
    one.map.on('move', () => {
      if (following || mode === 'new') return;
      following = true;
      other()?.map.jumpTo({ center: one.map.getCenter(), zoom: one.map.getZoom() });
      following = false;
    });
  }

  /** What of the new map the curtain covers. */
  function place() {
    newPlace.style.clipPath = mode === 'swipe' ? `inset(0 0 0 ${share * 100}%)` : '';
    curtain.style.left = `${share * 100}%`;
    curtain.setAttribute('aria-valuenow', String(Math.round(share * 100)));
    curtain.setAttribute('aria-valuetext', t('b.compare.curtain_at', { n: Math.round(share * 100) }));
  }

  /** @param {number} next */
  function drawCurtain(next) {
    share = Math.max(0.02, Math.min(0.98, next));
    place();
  }

  curtain.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    curtain.focus();
    curtain.setPointerCapture(event.pointerId);
  });
  curtain.addEventListener('pointermove', (event) => {
    if (!curtain.hasPointerCapture(event.pointerId)) return;
    const { left, width } = frame.getBoundingClientRect();
    drawCurtain((event.clientX - left) / width);
  });
  curtain.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP, PageDown: -STEP * 4, PageUp: STEP * 4, Home: -1, End: 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    drawCurtain(share + by);
  });

  function fitButton() {
    fill(byId('map-tools'), h('button.icon-button.fit', { type: 'button', 'aria-label': t('b.map.fit'), title: t('b.map.fit'), onclick: () => fresh.fit(fresh.boundsOfAll() ?? old?.boundsOfAll() ?? null) }, icon(ICONS.fit)));
  }
  fitButton();
  draw();

  return {
    fresh,
    get old() { return old; },
    mode: () => mode,
    /**
     * @param {any[]} features of the set that is looked at
     * @param {{features: any[], names: {fresh: string, old: string}} | null} against
     */
    show(features, against) {
      fresh.districts(features);
      names = against?.names ?? null;
      oldFeatures = against?.features ?? [];
      old?.districts(oldFeatures);
      choose(names ? mode : 'new');
    },
    choose,
    /** @param {'moved' | 'problem'} id @param {any} value */
    mark(id, value) {
      fresh.show(id, value);
      old?.show(id, value);
    },
    /** @param {[number, number, number, number] | null} box @param {any} [how] */
    fly(box, how) { (mode === 'old' && old ? old : fresh).fit(box, how); },
    redraw() { for (const each of [fresh, old]) each?.redraw(); },
    words() { draw(); fitButton(); },
  };
}

/** @typedef {Awaited<ReturnType<typeof createCompare>>} Compare */
export { NoMap };
