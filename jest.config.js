/** Unit and contract tests run the TypeScript sources; end-to-end tests drive the built CLI as a user would. */
const common = {
  testEnvironment: "node",
  // zod keeps its registry on the global object for as long as it is loaded.
  testEnvironmentOptions: { globalsCleanup: "off" },
  // Found by asking the sandbox otherwise, each time: loops over long texts took several times as long.
  sandboxInjectedGlobals: ["Math", "Object", "Array", "Number", "String", "JSON", "Map", "Set", "Uint8Array"],
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { parser: { syntax: "typescript" }, target: "es2023" }, module: { type: "commonjs" } }],
  },
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/.cache/"],
};
module.exports = {
  projects: [
    {
      ...common,
      displayName: "unit",
      testMatch: ["<rootDir>/test/**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "/test/e2e/", "/test/hosts/", "/test/bench/"],
    },
    { ...common, displayName: "e2e", testMatch: ["<rootDir>/test/{e2e,hosts}/**/*.test.ts"] },
  ],
};
