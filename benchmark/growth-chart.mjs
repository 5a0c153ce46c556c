/** The results of growth.mjs as an SVG: a panel for each series, processor time per request. */
import { escapeXml, fixed, sheet } from './svg.mjs';

const width = 860;
const panel = { width: 380, height: 230, left: 60, top: 62 };
const colours = { node: 'line1', 'rust-http': 'line0' };

export function drawGrowth({ machine, rounds, seconds, series }) {
  const rows = Math.ceil(series.length / 2);
  const height = 90 + rows * (panel.height + 60);
  const panels = series.map((one, i) => {
    const x = 28 + (i % 2) * (panel.width + 44);
    const y = 70 + Math.floor(i / 2) * (panel.height + 60);
    return `<g transform="translate(${x} ${y})">${drawPanel(one)}</g>`;
  });
  const caption = `${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; load by ${machine.loadGenerator}; medians of ${rounds} rounds of ${seconds} s`;
  const label = 'Processor time per request as connections, fields, content and threads grow';
  return sheet(
    { width, height, label, style },
    `<text class="title" x="28" y="40">Processor time per request, as it grows</text>
${panels.join('\n')}
<text class="dim" x="28" y="${height - 16}">${escapeXml(caption)}</text>`,
  );
}

const style = `
.dim, .tick { fill: #7a7168; font-size: 11px; }
.grid { stroke: #ebe5de; }
.line0, .line1 { fill: none; stroke-width: 2.5; }
.line0 { stroke: #b7410e; } .line1 { stroke: #2f6f8f; }
.dot0 { fill: #b7410e; } .dot1 { fill: #2f6f8f; }
@media (prefers-color-scheme: dark) {
  .dim, .tick { fill: #a89c91; }
  .grid { stroke: #332b25; }
  .line0 { stroke: #e0703a; } .line1 { stroke: #5aa7cc; }
  .dot0 { fill: #e0703a; } .dot1 { fill: #5aa7cc; }
}
`;

function drawPanel({ title, points }) {
  const names = Object.keys(points[0]).filter((key) => key !== 'x');
  const all = points.flatMap((point) => names.map((name) => point[name].cpuMicros));
  const scale = logScale(Math.min(...all), Math.max(...all));
  const plot = panel.height - panel.top;
  const x = (i) => panel.left + (i / (points.length - 1)) * (panel.width - panel.left - 20);
  const y = (value) => panel.height - scale.share(value) * plot;
  const grid = scale.ticks.map(
    (tick) =>
      `<line class="grid" x1="${panel.left}" x2="${panel.width}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/>` +
      `<text class="tick" x="${panel.left - 8}" y="${fixed(y(tick) + 4)}" text-anchor="end">${micros(tick)}</text>`,
  );
  const labels = points.map(
    (point, i) =>
      `<text class="tick" x="${fixed(x(i))}" y="${panel.height + 18}" text-anchor="middle">${count(point.x)}</text>`,
  );
  const lines = names.map((name) => {
    const style = colours[name];
    const path = points.map((point, i) => `${fixed(x(i))},${fixed(y(point[name].cpuMicros))}`);
    const dots = path.map((at) => {
      const [cx, cy] = at.split(',');
      return `<circle class="${style.replace('line', 'dot')}" cx="${cx}" cy="${cy}" r="3.5"/>`;
    });
    return `<polyline class="${style}" points="${path.join(' ')}"/>${dots.join('')}`;
  });
  const legend = names.map(
    (name, i) =>
      `<circle class="${colours[name].replace('line', 'dot')}" cx="${panel.left + 6 + i * 90}" cy="36" r="4"/>` +
      `<text class="dim" x="${panel.left + 16 + i * 90}" y="40">${name}</text>`,
  );
  return `<text class="name" x="0" y="12">${escapeXml(title)}</text>${legend.join('')}${grid.join('')}${lines.join('')}${labels.join('')}`;
}

/** A logarithmic scale with ticks at 1, 2 and 5 of each decade. */
function logScale(least, most) {
  const ticks = [];
  for (let decade = 10 ** Math.floor(Math.log10(least)); decade <= most * 10; decade *= 10)
    for (const step of [1, 2, 5]) ticks.push(decade * step);
  const from = ticks.filter((tick) => tick <= least).at(-1) ?? least;
  const to = ticks.find((tick) => tick >= most) ?? most;
  const share = (value) => Math.log(value / from) / Math.log(to / from || 10);
  const shown = ticks.filter((tick) => tick >= from && tick <= to);
  return {
    share,
    ticks: shown.length > 8 ? shown.filter((tick) => /^[1]0*$/.test(`${tick}`)) : shown,
  };
}

function micros(value) {
  return value >= 1000 ? `${value / 1000} ms` : `${value} µs`;
}

function count(value) {
  if (value >= 1 << 20) return `${value >> 20} Mi`;
  if (value >= 1 << 10 && value % 1024 === 0) return `${value >> 10} Ki`;
  return value.toLocaleString('en');
}
