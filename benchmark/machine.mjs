/** On what and with what was measured: printed with every result, or the numbers say nothing. */
import { cpus, release, type } from 'node:os';

export function describeMachine(loadGenerator) {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown processor',
    cores: processors.length,
    system: `${type()} ${release()}`,
    node: process.versions.node,
    loadGenerator,
    date: new Date().toISOString().slice(0, 10),
  };
}
