// Runs before the first paint, so that a chosen theme or language does not flash.
(() => {
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(`beatway.${name}`); } catch { return null; } };
  const theme = kept('theme');
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
  // Pictures inside MapLibre's style sheet know nothing of light-dark().
  const system = matchMedia('(prefers-color-scheme: dark)');
  const shade = () => { root.dataset.shade = root.dataset.theme ?? (system.matches ? 'dark' : 'light'); };
  shade();
  system.addEventListener('change', shade);
  new MutationObserver(shade).observe(root, { attributeFilter: ['data-theme'] });
  const language = kept('language');
  if (language && root.dataset.languages.split(',').includes(language)) root.lang = language;
})();
