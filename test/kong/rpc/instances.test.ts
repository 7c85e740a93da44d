import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { transformSync } from "@swc/core";
import { createPluginServer } from "../../../kong/rpc";
import { behaviour, cleanUp, type PhaseStep, recordingLogger, serve, temporaryFolder, testPlugin } from "./support";

afterEach(cleanUp);

test("each of Kong's workers has an instance for each configuration, and each gets its own", async () => {
  const running = await serve();
  behaviour.access = (kong, config) => kong.response.exit(200, config);
  const workers = 4;
  const configurations = 25;
  const instances = await Promise.all(
    Array.from({ length: workers * configurations }, async (_, n) => {
      const route = `route ${n % configurations}`;
      return { route, id: await running.startInstance({ route }) };
    }),
  );
  expect(new Set(instances.map(({ id }) => id)).size).toBe(workers * configurations);
  await Promise.all(
    instances.map(async ({ route, id }) => {
      const { Data } = await (await running.connect()).handle(id);
      expect(Data).toEqual({ Method: "kong.response.exit", Args: [200, { route }] });
    }),
  );
  expect([running.server.instances.size, running.listener.running]).toEqual([100, 0]);
});

test("a closed instance is one Kong starts again", async () => {
  const running = await serve();
  const instance = await running.startInstance();
  const client = await running.connect();
  expect(await client.call("plugin.CloseInstance", instance)).toEqual({ Name: "tester", Id: instance, Config: {} });
  for (const method of ["CloseInstance", "InstanceStatus"]) {
    await expect(client.call(`plugin.${method}`, instance)).rejects.toThrow(`no plugin instance #${instance}`);
  }
  await expect(client.handle(instance)).rejects.toThrow(`no plugin instance #${instance}`);
  expect(running.listener.running).toBe(0);
});

test("a plugin that refuses its configuration leaves no instance", async () => {
  const logger = recordingLogger();
  const server = createPluginServer(
    [
      {
        Name: "strict",
        Plugin: class {
          constructor() {
            throw new Error("models is required");
          }
        },
      },
    ],
    logger,
  );
  await expect(server.StartInstance({ Name: "strict", Config: "{}" })).rejects.toThrow("models is required");
  expect(server.instances.size).toBe(0);
});

test("instances do not expire, but the one unused for longest makes room at the limit", async () => {
  jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate"] });
  try {
    const running = await serve({ limits: { maxInstances: 3 } });
    const ids: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      ids.push(await running.startInstance({ n }));
      jest.advanceTimersByTime(60 * 60_000);
    }
    const client = await running.connect();
    await client.handle(ids[0] as number);
    jest.advanceTimersByTime(1000);
    const fourth = await running.startInstance();
    expect([...running.server.instances.keys()]).toEqual([ids[0], ids[2], fourth]);
    await expect(client.handle(ids[1] as number)).rejects.toThrow("no plugin instance");
  } finally {
    jest.useRealTimers();
  }
});

test("the ids of two processes have nothing in common, and Lua can count on from them", async () => {
  const servers = Array.from({ length: 200 }, () => createPluginServer([testPlugin], recordingLogger()));
  const first = servers.flatMap(({ instanceID, eventID }) => [instanceID, eventID]).sort((a, b) => a - b);
  for (const [n, id] of first.entries()) {
    expect(id + 2 ** 52).toBeLessThan(Number.MAX_SAFE_INTEGER);
    // By far more than a process handles events, in all but one of a million runs.
    if (n > 0) expect(id - (first[n - 1] as number)).toBeGreaterThan(100);
  }
});

test("several plugins share one server, their names in lower case", async () => {
  class Plugin {
    log(): void {}
  }
  const server = createPluginServer([testPlugin, { Plugin, Name: "Graft-Log", Priority: 1, Version: "1" }], recordingLogger());
  expect([...server.plugins.keys()]).toEqual(["tester", "graft-log"]);
  expect(await server.GetPluginInfo("graft-log")).toMatchObject({ Name: "graft-log", Phases: ["log"], Priority: 1 });
  const { Id } = (await server.StartInstance({ Name: "graft-log", Config: "{}" })) as { Id: number };
  const step = (await server.HandleEvent({ InstanceId: Id, EventName: "log" })) as PhaseStep;
  expect(step.Data).toBe("ret");
});

test("a plugin without a name is refused", () => {
  expect(() => createPluginServer([{ Plugin: class {} }], recordingLogger())).toThrow("a plugin needs a Name");
});

test("kong-pdk loads without ts-node, whatever tsconfig.json lies about", () => {
  const root = resolve(__dirname, "../../..");
  const source = readFileSync(join(root, "kong/rpc/without-ts-node.ts"), "utf8");
  const { code } = transformSync(source, { jsc: { parser: { syntax: "typescript" } }, module: { type: "commonjs" } });
  const folder = temporaryFolder();
  writeFileSync(join(folder, "tsconfig.json"), '{ "extends": "./missing.json", "compilerOptions": { "nonsense": true } }');
  const script = `${code}
    const Server = require("kong-pdk/server");
    const loaded = Object.keys(require.cache).filter((path) => path.includes("typescript"));
    console.log(JSON.stringify([typeof Server, loaded]));`;
  const env = { ...process.env, NODE_PATH: join(root, "node_modules") };
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { cwd: folder, env, encoding: "utf8" });
  expect([stderr, stdout.trim()]).toEqual(["", '["function",[]]']);
});
