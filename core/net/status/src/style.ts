/** The look of the page, light and dark, on a phone and on a desk. Contrasts are at least 7 to 1. */
export const STYLE = `:root{color-scheme:light dark;--back:#fff;--text:#1a1c1e;--soft:#4a4f55;--line:#c8ccd0;--link:#00468c}
@media(prefers-color-scheme:dark){:root{--back:#15181b;--text:#e8eaec;--soft:#b4b9be;--line:#3a4046;--link:#9ecbff}}
body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
h1{margin:0;font-size:1.6rem}
h2{margin:0;font-size:1.1rem}
header p,section p{margin:.2rem 0;color:var(--soft)}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem 2.5rem;margin:1.5rem 0}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:start}
th,td{padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);text-align:start;vertical-align:top}
td:last-child{overflow-wrap:anywhere}
th{font-weight:400;color:var(--soft)}
tbody th{min-width:6rem}
a{color:var(--link);margin-inline-end:1rem}`;

/** The SHA-256 of {@link STYLE} in Base64: the policy of the page lets in nothing else. */
export const STYLE_DIGEST = 'DIyVIJNKpDvHPZfCrU31XlHz/4uhmX9Ws+KwiUIs0vs=';
