/** Serves pages, what they load, and an assembler, on this machine alone; and takes their reports. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import type { Assembler } from "../../src/wast/script.ts";
import type { Report, Task } from "./page.ts";

/** What allows WebAssembly, and neither `eval` nor `new Function`. */
const policy = "script-src 'self' 'wasm-unsafe-eval'";

const html = (run: string): string => `<!doctype html>
<meta charset="utf-8">
<title>gantry</title>
<script type="module" src="/page.js?run=${run}"></script>
`;

const fixtures: Readonly<Record<string, string>> = {
  "/fixtures/plugin.wasm": "test/fixtures/plugin/plugin.wasm",
  "/fixtures/composed.wasm": "test/fixtures/composed/composed.wasm",
  "/fixtures/greeter.wasm": "examples/greeter/greeter.wasm",
};

interface Visit {
  readonly task: Task;
  readonly restricted: boolean;
  readonly report: (report: Report) => void;
}

export class TestServer {
  readonly #server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  readonly #visits: Map<string, Visit> = new Map();
  readonly #assembled: Map<string, Promise<Uint8Array | string>> = new Map();
  readonly #assemble: Assembler;
  readonly #bundle: Promise<Uint8Array>;

  constructor(assemble: Assembler) {
    this.#assemble = assemble;
    this.#bundle = bundle();
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** A page for `task`: where it is, and what it will report. `restricted` pages must not make code from strings. */
  visit(task: Task, restricted: boolean): { readonly url: string; readonly report: Promise<Report> } {
    const run = String(this.#visits.size);
    const report = new Promise<Report>((resolve) => {
      this.#visits.set(run, { task, restricted, report: resolve });
    });
    return { url: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/?run=${run}`, report };
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const run = searchParams.get("run") ?? "";
    const visit = this.#visits.get(run);
    const send = (type: string, body: string | Uint8Array, status = 200): void => {
      // A worker is restricted by what its own script came with.
      const restriction = visit?.restricted ? { "content-security-policy": policy } : {};
      response.writeHead(status, { "content-type": type, ...restriction }).end(body);
    };
    const fixture = fixtures[pathname];
    if (fixture !== undefined) return send("application/wasm", await readFile(fixture));
    if (pathname === "/assemble") {
      const assembled = await this.#assembly(await textOf(request));
      return typeof assembled === "string"
        ? send("text/plain", assembled, 422)
        : send("application/octet-stream", assembled);
    }
    if (visit === undefined) return send("text/plain", "there is nothing here", 404);
    switch (pathname) {
      case "/":
        return send("text/html", html(run));
      case "/page.js":
        return send("text/javascript", await this.#bundle);
      case "/task":
        return send("application/json", JSON.stringify(visit.task));
      case "/report":
        visit.report(JSON.parse(await textOf(request)) as Report);
        return send("text/plain", "thanks");
      default:
        return send("text/plain", "there is nothing here", 404);
    }
  }

  /** The bytes of a component's text, or why it has none. */
  #assembly(text: string): Promise<Uint8Array | string> {
    let assembly = this.#assembled.get(text);
    if (assembly === undefined) {
      assembly = this.#assemble(text).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      this.#assembled.set(text, assembly);
    }
    return assembly;
  }
}

/** The page's script with gantry in it: one file, as a user would ship it. */
async function bundle(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: ["test/browser/page.ts"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "browser",
    write: false,
  });
  return outputFiles[0]!.contents;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString("utf8");
}
