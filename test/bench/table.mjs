// A scenario of the gateways as a Markdown table.
import { round } from "./measure.mjs";

export function table(scenario, results) {
  const plain = results["plain Envoy"];
  const unit = scenario.stream ? "chunk" : "request";
  const lines = [
    `### ${scenario.name}`,
    "",
    scenario.stream
      ? `| gateway | CPU µs/${unit} | by process | × plain Envoy | chunk delay p50 / p99 ms | first byte p50 ms | added | RSS MB | errors |`
      : `| gateway | requests/s | CPU µs/${unit} | by process | × plain Envoy | p50 / p95 / p99 ms | added p50 / p95 / p99 | RSS MB | errors |`,
    scenario.stream ? "|---|--:|---|--:|--:|--:|--:|--:|--:|" : "|---|--:|--:|---|--:|--:|--:|--:|--:|",
  ];
  const added = (result, key) => (plain === undefined ? "-" : round(result[key] - plain[key], 2));
  for (const [name, result] of Object.entries(results)) {
    const byProcess =
      Object.entries(result.cpu)
        .map(([process, cpu]) => `${process} ${round(cpu)}`)
        .join(" + ") || "-";
    const ratio = plain === undefined || result.cpuTotal === 0 ? "-" : round(result.cpuTotal / plain.cpuTotal, 2);
    const memory =
      Object.values(result.memory)
        .map((mb) => round(mb))
        .join(" + ") || "-";
    const errors = result.errors === 0 ? "0" : `${result.errors} ${JSON.stringify(result.failures)}`;
    lines.push(
      scenario.stream
        ? `| ${name} | ${round(result.cpuTotal, 1)} | ${byProcess} | ${ratio} | ${round(result.chunkDelayP50, 2)} / ${round(result.chunkDelayP99, 2)} | ${round(result.firstByteP50, 2)} | ${added(result, "firstByteP50")} | ${memory} | ${errors} |`
        : `| ${name} | ${round(result.perSecond)} | ${round(result.cpuTotal)} | ${byProcess} | ${ratio} | ${round(result.p50, 2)} / ${round(result.p95, 2)} / ${round(result.p99, 2)} | ${added(result, "p50")} / ${added(result, "p95")} / ${added(result, "p99")} | ${memory} | ${errors} |`,
    );
  }
  return `${lines.join("\n")}\n`;
}
