/**
 * The results as an SVG drawn by hand: for each workload that is counted in requests a bar of the
 * throughput in relation to the base (Node = 1), with a whisker from the worst to the best round, the
 * other contestants in thin bars below it, and the processor time beside them.
 */
import { isRated, shownName } from './format.mjs';
import { escapeXml, fixed, sheet } from './svg.mjs';

const width = 860;
const left = 250;
const right = 190;
const top = 104;
const rowGap = 18;
const barGap = 3;
const plot = width - left - right;

const ours = { height: 20, text: 'value' };
const theirs = { height: 11, text: 'small' };
// A workload's name and title take two lines, however few its bars are.
const leastRow = 32;

export function drawChart({ machine, rounds, seconds, contestants, workloads }) {
  const [base] = contestants;
  const rows = layOut(workloads.filter(isRated).filter(({ isPaced }) => !isPaced));
  const scale = niceScale(largestRatio(rows));
  const x = (ratio) => left + (Math.min(ratio, scale.end) / scale.end) * plot;
  const bottom = rows.length > 0 ? rows.at(-1).y + rows.at(-1).height : top;
  const height = bottom + 74;

  const label = `Requests per second of ${contestants.slice(1).map(shownName).join(', ')} in relation to ${shownName(base)}`;
  return sheet(
    { width, height, label, style },
    `<text class="title" x="28" y="40">Requests per second, ${escapeXml(shownName(base))} = 1</text>
<text class="dim" x="28" y="62">Median of the rounds; the line goes from the worst to the best round.${contestants.includes('limit') ? ' Floor: a server without JavaScript.' : ''}</text>
${drawAxis(scale, x, bottom)}
<text class="dim" x="${width - 28}" y="${top - 14}" text-anchor="end">CPU per request</text>
${rows.map((row) => drawRow(row, x, scale.end)).join('\n')}
<line class="base" x1="${fixed(x(1))}" x2="${fixed(x(1))}" y1="${top - 6}" y2="${bottom + 6}"/>
<text class="dim" x="28" y="${height - 34}">${escapeXml(`${machine.cpu}, ${machine.cores} cores, ${machine.system}`)}</text>
<text class="dim" x="28" y="${height - 16}">${escapeXml(`Node ${machine.node}, load by ${machine.loadGenerator}, ${rounds} interleaved rounds of ${seconds} s, ${machine.date}`)}</text>`,
  );
}

const style = `
.tick { fill: #7a7168; font-size: 11px; }
.small { font-size: 11px; }
.grid { stroke: #ebe5de; }
.base { stroke: #7a7168; stroke-dasharray: 3 3; }
.limit { fill: #b5aca2; } .undici { fill: #2f6f8f; } .bun { fill: #7d8f2f; } .deno { fill: #7a5195; }
.whisker { stroke: #23201d; stroke-opacity: .55; stroke-width: 1.5; }
.cut { fill: #fbf9f6; }
@media (prefers-color-scheme: dark) {
  .tick { fill: #a89c91; }
  .grid { stroke: #332b25; }
  .base { stroke: #a89c91; }
  .limit { fill: #6d645c; } .undici { fill: #5aa7cc; } .bun { fill: #a9bd55; } .deno { fill: #b08acb; }
  .whisker { stroke: #f0e9e2; }
  .cut { fill: #1d1916; }
}
`;

/** Where each row and each bar goes; a contestant without a single good round has no bar. */
function layOut(workloads) {
  let y = top;
  return workloads.map(({ name, title, results }) => {
    let barY = y;
    const bars = results.slice(1).map((result) => {
      const bar = { ...result, ...(result.contestant === 'rust-http' ? ours : theirs), y: barY };
      barY += bar.height + barGap;
      return bar;
    });
    const row = { name, title, bars, y, height: Math.max(leastRow, barY - barGap - y) };
    y += row.height + rowGap;
    return row;
  });
}

/** Without the floor: where it is far away, it would press all others together. */
function largestRatio(rows) {
  const ratios = rows
    .flatMap(({ bars }) => bars)
    .filter(({ contestant, ratio }) => contestant !== 'limit' && ratio)
    .map(({ ratio }) => ratio.max);
  return Math.max(1, ...ratios);
}

function drawRow({ name, title, bars, y, height }, x, end) {
  const middle = y + height / 2;
  return `<text class="name" x="28" y="${middle - 3}">${escapeXml(name)}</text>
<text class="tick" x="28" y="${middle + 12}">${escapeXml(shorten(title))}</text>
${bars.map((bar) => drawBar(bar, x, end)).join('\n')}`;
}

function drawBar({ contestant, ratio, cpuRatio, y, height, text }, x, end) {
  const middle = y + height / 2;
  const baseline = fixed(middle + height / 11 + 2.5);
  const named = contestant === 'rust-http' ? '' : ` ${shownName(contestant)}`;
  if (!ratio)
    return `<text class="${text}" x="${left + 8}" y="${baseline}">failed${escapeXml(named)}</text>`;
  const beyond = ratio.median > end;
  const after = fixed(Math.max(x(ratio.median), x(ratio.max)) + 8);
  const cpu = cpuRatio
    ? `<text class="${text}" x="${width - 28}" y="${baseline}" text-anchor="end">${cpuRatio.median.toFixed(2)}×</text>`
    : '';
  return `<rect class="${contestant}" x="${left}" y="${y}" width="${fixed(x(ratio.median) - left)}" height="${height}" rx="3"/>
${beyond ? drawCut(x(end), y, height) : drawWhisker(ratio, x, middle)}
<text class="${text}" x="${after}" y="${baseline}">${ratio.median.toFixed(2)}×${escapeXml(named)}</text>
${cpu}`;
}

function drawWhisker({ min, max }, x, y) {
  return `<line class="whisker" x1="${fixed(x(min))}" x2="${fixed(x(max))}" y1="${y}" y2="${y}"/>`;
}

/** A gap near the end of a bar that goes on beyond the scale. */
function drawCut(end, y, height) {
  const at = end - 18;
  return `<path class="cut" d="M${fixed(at)} ${y + height}l5 -${height}h4l-5 ${height}z"/>`;
}

function drawAxis({ end, step }, x, bottom) {
  const ticks = [];
  for (let ratio = 0; ratio <= end + 1e-9; ratio += step) {
    const at = fixed(x(ratio));
    ticks.push(`<line class="grid" x1="${at}" x2="${at}" y1="${top - 6}" y2="${bottom + 6}"/>`);
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

function shorten(title) {
  return title.length <= 38 ? title : `${title.slice(0, 37).trimEnd()}…`;
}
