// [K21] The metrics that k6 keeps by itself, as far as the host has what they count.
import type { MetricDeclaration } from "./messages.ts";

const counter = (name: string): MetricDeclaration => ({ name, kind: "counter", contains: "default" });
const time = (name: string): MetricDeclaration => ({ name, kind: "trend", contains: "time" });
const data = (name: string): MetricDeclaration => ({ name, kind: "counter", contains: "data" });
const gauge = (name: string): MetricDeclaration => ({ name, kind: "gauge", contains: "default" });

export const BUILTIN = {
  vus: gauge("vus"),
  vusMax: gauge("vus_max"),
  iterations: counter("iterations"),
  iterationDuration: time("iteration_duration"),
  droppedIterations: counter("dropped_iterations"),
  groupDuration: time("group_duration"),
  checks: { name: "checks", kind: "rate", contains: "default" },
  dataSent: data("data_sent"),
  dataReceived: data("data_received"),
  sessions: counter("ws_sessions"),
  connecting: time("ws_connecting"),
  sessionDuration: time("ws_session_duration"),
  sent: counter("ws_msgs_sent"),
  received: counter("ws_msgs_received"),
  ping: time("ws_ping"),
} as const satisfies Record<string, MetricDeclaration>;

/** [K18] k6's default `systemTags`; of these the host has status, url, name, group, check and scenario. */
export const SYSTEM_TAGS: readonly string[] = [
  "proto",
  "subproto",
  "status",
  "method",
  "url",
  "name",
  "group",
  "check",
  "error",
  "error_code",
  "tls_version",
  "scenario",
  "service",
  "expected_response",
];
