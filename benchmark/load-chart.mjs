/**
 * Processor time of a request, from light load to as much as the machine can do: a pair of bars, Node's
 * and ours, for each load.
 */
import { escapeXml, fixed, sheet } from './svg.mjs';

const loads = {
  'light-200': '200 requests/s',
  'light-1000': '1,000 requests/s',
  'light-4000': '4,000 requests/s',
  single: '1 connection, full load',
  hello: '64 connections, full load',
};
const names = { node: 'Node', 'rust-http': 'rust-http' };

const width = 860;
const left = 210;
const right = 180;
const top = 84;
const bar = { height: 17, gap: 3 };
const rowHeight = 2 * bar.height + bar.gap;
const rowGap = 20;

/** Undefined if none of the loads was measured. */
export function drawLoadChart({ machine, rounds, seconds, workloads }) {
  const rows = workloads.filter(({ name }) => name in loads).map(toRow);
  if (rows.length === 0) return undefined;
  const most = Math.max(...rows.flatMap(({ bars }) => bars.map(({ micros }) => micros)));
  const scale = (micros) => (micros / most) * (width - left - right);
  const bottom = top + rows.length * (rowHeight + rowGap);
  const label =
    'Processor time of a request with Node and with rust-http, from light load to full load';
  const caption = `GET, 13 bytes back. ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; medians of ${rounds} rounds of ${seconds} s, ${machine.date}`;
  return sheet(
    { width, height: bottom + 30, label },
    `<text class="title" x="28" y="40">Processor time of a request, in µs</text>
<text class="dim" x="28" y="62">All threads of the server. At light load requests come at random moments on 16 connections.</text>
${rows.map((row, i) => drawRow(row, top + i * (rowHeight + rowGap), scale)).join('\n')}
<text class="dim" x="28" y="${bottom + 14}">${escapeXml(caption)}</text>`,
  );
}

function toRow({ name, results }) {
  const bars = Object.keys(names)
    .map((contestant) => results.find((result) => result.contestant === contestant))
    .filter((result) => result?.cpuMicros)
    .map(({ contestant, cpuMicros, cpuRatio }) => ({
      contestant,
      micros: cpuMicros.median,
      ratio: cpuRatio?.median,
    }));
  return { title: loads[name], bars };
}

function drawRow({ title, bars }, y, scale) {
  const middle = y + rowHeight / 2 + 4;
  return [
    `<text class="name" x="28" y="${middle}">${escapeXml(title)}</text>`,
    ...bars.map((one, i) => drawBar(one, y + i * (bar.height + bar.gap), scale)),
  ].join('\n');
}

function drawBar({ contestant, micros, ratio }, y, scale) {
  const length = fixed(scale(micros));
  const ours = contestant === 'rust-http';
  const times = ours && ratio ? ` (${ratio.toFixed(2)}×)` : '';
  return `<rect class="${contestant}" x="${left}" y="${y}" width="${length}" height="${bar.height}" rx="3"/>
<text class="${ours ? 'value' : 'dim'}" x="${fixed(left + length + 8)}" y="${y + 13}">${micros.toFixed(1)} ${names[contestant]}${times}</text>`;
}
