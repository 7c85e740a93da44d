/** The admin port as Prometheus reads it. */

/** Sum of a metric's samples that have all these labels. */
export async function metric(adminUrl: string, name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
  const page = await (await fetch(`${adminUrl}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return page
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
