/** What the charts share: the sheet they are drawn on, in the colours of a light or a dark page. */

/** An SVG of this size. `label` says what it shows to those who do not see it. */
export function sheet({ width, height, label, style = '' }, body) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(label)}">
<style>
.back { fill: #fbf9f6; stroke: #e6dfd7; }
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #23201d; }
.title { font-size: 19px; font-weight: 650; }
.name { font-weight: 600; }
.value { font-weight: 650; }
.dim { fill: #7a7168; font-size: 12px; }
.rust-http { fill: #b7410e; } .node { fill: #7a7168; }
@media (prefers-color-scheme: dark) {
  .back { fill: #1d1916; stroke: #372f29; }
  text { fill: #f0e9e2; }
  .dim { fill: #a89c91; }
  .rust-http { fill: #e0703a; } .node { fill: #a89c91; }
}
${style}</style>
<rect class="back" width="${width}" height="${height}" rx="12"/>
${body}
</svg>
`;
}

/** A coordinate with as many digits as a chart needs. */
export function fixed(number) {
  return Number(number.toFixed(1));
}

export function escapeXml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
