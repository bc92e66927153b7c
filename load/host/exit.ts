// [K34] k6's exit codes. A Failure (tools/command.ts) carries one out.
export const EXIT = {
  done: 0,
  usage: 2,
  thresholds: 99,
  setupTimeout: 100,
  teardownTimeout: 101,
  configuration: 104,
  interrupted: 105,
  exception: 107,
  abort: 108,
  fail: 110,
} as const;
