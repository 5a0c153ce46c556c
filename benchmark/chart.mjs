/**
 * The results as an SVG drawn by hand: for each workload a bar of the throughput in relation to the
 * base (Node = 1), with a whisker from the worst to the best round, and the processor time beside it.
 */

const width = 860;
const left = 250;
const right = 190;
const top = 104;
const rowGap = 20;
const barHeight = 22;
const barGap = 4;
const plot = width - left - right;

export function drawChart({ machine, rounds, seconds, contestants, workloads }) {
  const [base, ...others] = contestants;
  const largest = Math.max(
    1,
    ...workloads.flatMap(({ results }) => results.map(({ ratio }) => ratio.max)),
  );
  const scale = niceScale(largest);
  const x = (ratio) => left + (ratio / scale.end) * plot;

  const rowHeight = others.length * (barHeight + barGap) - barGap + rowGap;
  const bottom = top + workloads.length * rowHeight;
  const height = bottom + 70;
  const rows = workloads.map((workload, i) => drawRow(workload, top + i * rowHeight, x));

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Throughput of ${others.join(', ')} in relation to ${base}">
${style}
<rect class="back" width="${width}" height="${height}" rx="12"/>
<text class="title" x="28" y="40">Requests per second, ${base} = 1</text>
<text class="dim" x="28" y="62">${escapeXml(caption(others))}</text>
${drawAxis(scale, x, bottom)}
<text class="head" x="${width - 28}" y="${top - 14}" text-anchor="end">CPU per request</text>
${rows.join('\n')}
<line class="base" x1="${x(1)}" x2="${x(1)}" y1="${top - 6}" y2="${bottom - rowGap + 8}"/>
<text class="dim" x="28" y="${height - 34}">${escapeXml(`${machine.cpu}, ${machine.cores} cores, ${machine.system}`)}</text>
<text class="dim" x="28" y="${height - 16}">${escapeXml(`Node ${machine.node}, load by ${machine.loadGenerator}, ${rounds} interleaved rounds of ${seconds} s, ${machine.date}`)}</text>
</svg>
`;
}

const style = `<style>
.back { fill: #fbf9f6; stroke: #e6dfd7; }
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #23201d; }
.title { font-size: 19px; font-weight: 650; }
.name { font-weight: 600; }
.dim { fill: #7a7168; font-size: 12px; }
.head { fill: #7a7168; font-size: 12px; }
.tick { fill: #7a7168; font-size: 11px; }
.value { font-weight: 650; }
.grid { stroke: #ebe5de; }
.base { stroke: #7a7168; stroke-dasharray: 3 3; }
.bar0 { fill: #b7410e; } .bar1 { fill: #2f6f8f; } .bar2 { fill: #7d8f2f; } .bar3 { fill: #7a5195; }
.whisker { stroke: #23201d; stroke-opacity: .55; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  .back { fill: #1d1916; stroke: #372f29; }
  text { fill: #f0e9e2; }
  .dim, .head, .tick { fill: #a89c91; }
  .grid { stroke: #332b25; }
  .base { stroke: #a89c91; }
  .bar0 { fill: #e0703a; } .bar1 { fill: #5aa7cc; } .bar2 { fill: #a9bd55; } .bar3 { fill: #b08acb; }
  .whisker { stroke: #f0e9e2; }
}
</style>`;

function drawRow({ name, title, results }, y, x) {
  const others = results.slice(1);
  const middle = y + (others.length * (barHeight + barGap) - barGap) / 2;
  const label = `<text class="name" x="28" y="${middle - 2}">${escapeXml(name)}</text>
<text class="tick" x="28" y="${middle + 13}">${escapeXml(shorten(title))}</text>`;
  const bars = others.map((result, i) => drawBar(result, i, y + i * (barHeight + barGap), x));
  return [label, ...bars].join('\n');
}

function drawBar({ ratio, cpuRatio }, i, y, x) {
  const middle = y + barHeight / 2;
  const end = Math.max(x(ratio.median), x(ratio.max)) + 8;
  const cpu = cpuRatio
    ? `<text x="${width - 28}" y="${middle + 4.5}" text-anchor="end">${cpuRatio.median.toFixed(2)}×</text>`
    : '';
  return `<rect class="bar${i % 4}" x="${left}" y="${y}" width="${fixed(x(ratio.median) - left)}" height="${barHeight}" rx="4"/>
<line class="whisker" x1="${fixed(x(ratio.min))}" x2="${fixed(x(ratio.max))}" y1="${middle}" y2="${middle}"/>
<text class="value" x="${fixed(end)}" y="${middle + 4.5}">${ratio.median.toFixed(2)}×</text>
${cpu}`;
}

function drawAxis({ end, step }, x, bottom) {
  const ticks = [];
  for (let ratio = 0; ratio <= end + 1e-9; ratio += step) {
    const at = fixed(x(ratio));
    ticks.push(
      `<line class="grid" x1="${at}" x2="${at}" y1="${top - 6}" y2="${bottom - rowGap + 8}"/>`,
    );
    ticks.push(
      `<text class="tick" x="${at}" y="${top - 14}" text-anchor="middle">${Number(ratio.toFixed(2))}</text>`,
    );
  }
  return ticks.join('\n');
}

/** An end above the largest value, in steps that people count in. */
function niceScale(largest) {
  const step = [0.25, 0.5, 1, 2, 5, 10].find((size) => largest / size <= 6) ?? 20;
  return { step, end: Math.ceil(largest / step + 0.05) * step };
}

function caption(others) {
  return `${others.join(', ')}: median of the rounds; the line goes from the worst to the best round`;
}

function shorten(title) {
  return title.length <= 38 ? title : `${title.slice(0, 37).trimEnd()}…`;
}

function fixed(number) {
  return Number(number.toFixed(1));
}

function escapeXml(text) {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
