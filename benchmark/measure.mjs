/** One workload, by the way its kind is measured: { results, rounds }. */
import { measureIdle } from './idle.mjs';
import { measureLoading } from './loading.mjs';
import { measureRates } from './rates.mjs';

const ways = {
  server: measureRates,
  client: measureRates,
  pair: measureRates,
  idle: measureIdle,
  loading: measureLoading,
};

export async function measureWorkload(options) {
  return await ways[options.workload.kind](options);
}
