/** Figures as people read them; what was not measured is a dash. */

export const missing = '–';

export function times(ratio) {
  return ratio ? `${ratio.median.toFixed(2)}x` : missing;
}

export function timesWithSpread(ratio) {
  if (!ratio) return missing;
  return `${times(ratio)} (${ratio.min.toFixed(2)}–${ratio.max.toFixed(2)})`;
}

/** A part of a whole that is 1. */
export function share(ratio) {
  return ratio ? ratio.median.toFixed(2) : missing;
}

export function percent(part) {
  return part ? `${Math.round(part.median * 100)} %` : missing;
}

export function grouped(count) {
  return count ? Math.round(count.median).toLocaleString('en') : missing;
}

export function decimal(number) {
  return number ? number.median.toFixed(2) : missing;
}

export function micros(duration) {
  return duration ? `${duration.median.toFixed(1)} µs` : missing;
}

/** Milliseconds of what was measured in microseconds. */
export function latency(duration) {
  if (!duration) return missing;
  const { median } = duration;
  // The times of one connection differ in their hundredths.
  return (median / 1000).toFixed(median < 100 ? 3 : 2);
}

export function milliseconds(duration) {
  return duration ? `${duration.median.toFixed(1)} ms` : missing;
}

export function kibibytes(bytes) {
  return bytes ? `${(bytes.median / 1024).toFixed(1)} KiB` : missing;
}

export function mebibytes(bytes) {
  return bytes ? `${(bytes.median / 2 ** 20).toFixed(1)} MiB` : missing;
}

const names = {
  node: 'Node',
  limit: 'floor',
  bun: 'Bun',
  deno: 'Deno',
  express: 'Express',
  fastify: 'Fastify',
};

/** How a contestant or a framework is called in what is shown. */
export function shownName(name) {
  return names[name] ?? name;
}

/** Whether a workload is measured in requests. */
export function isRated({ kind }) {
  return kind !== 'idle' && kind !== 'loading';
}
