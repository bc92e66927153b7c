// Stands for any module of k6 while a script initialises: the names exist, and nothing may be called but constructors of metrics.
class Metric {
  constructor(name) {
    this.name = name;
  }
}
export class Counter extends Metric {}
export class Gauge extends Metric {}
export class Rate extends Metric {}
export class Trend extends Metric {}

const refuse = (name) => () => {
  throw new Error(`${name} was called in the init context`);
};
export const WebSocket = refuse("WebSocket");
export const setTimeout = refuse("setTimeout");
export const clearTimeout = refuse("clearTimeout");
export const setInterval = refuse("setInterval");
export const clearInterval = refuse("clearInterval");
export const sleep = refuse("sleep");
export const check = refuse("check");
export const fail = refuse("fail");
export const group = refuse("group");
export const scenario = {};
export const instance = {};
export const vu = {};
export const test = { abort: refuse("test.abort"), fail: refuse("test.fail") };
export default { scenario, instance, vu, test };
