// Whether what a script declares fits together: scenarios run functions that it exports, thresholds judge metrics that there are.
import type { Declared } from "./messages.ts";
import { Metrics } from "./metrics.ts";
import { OptionsError, type Plan } from "./options.ts";
import { applies } from "./thresholds.ts";

/** Metrics that k6 has by itself: of modules that the host lacks. */
const OF_K6 = /^(http|grpc|browser)_/;

/** The run's metrics, with the sub-metrics that thresholds name [K33]. Throws an OptionsError. */
export function metricsOf({ scenarios, thresholds }: Plan, { exports, metrics: all }: Declared): Metrics {
  const missing = scenarios.find(({ exec }) => !exports.includes(exec));
  if (missing !== undefined) {
    throw new OptionsError(
      `scenario ${missing.name}: the script does not export a function ${missing.exec}.`,
    );
  }
  const metrics = new Metrics(all);
  for (const { metric, name, tags, all: judged } of thresholds) {
    const declaration = metrics.kindOf(name);
    if (declaration === undefined) {
      throw new OptionsError(
        OF_K6.test(name)
          ? `thresholds: ${name} is a metric of k6 that the host does not keep; run it with k6.`
          : `thresholds: there is no metric ${name}.`,
      );
    }
    const wrong = judged.find((threshold) => !applies(threshold, declaration.kind));
    if (wrong !== undefined) {
      throw new OptionsError(
        `thresholds: ${metric} is a ${declaration.kind}; it has no ${wrong.aggregation}.`,
      );
    }
    metrics.observe(metric, declaration, tags, judged);
  }
  return metrics;
}
