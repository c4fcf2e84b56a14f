/**
 * Components that pass on what they get: each function of a world is exported, and imported under the same type, and the
 * export calls the import. So each value goes through a guest both ways.
 */
import { componentEmbed, componentNew, parse, print } from "@bytecodealliance/jco-transpile/wasm-tools";

/** @param wit the definitions of types and functions of a world, each beginning in the first column */
export async function echoComponent(wit: string): Promise<Uint8Array<ArrayBuffer>> {
  const world = wit.split(/\n(?=\S)/).map((item) => {
    const name = /^([\w-]+): func/.exec(item)?.[1];
    return name === undefined ? item : `import ${item}\nexport ${item}`;
  });
  const witSource = `package test:values;\nworld values {\n${world.join("\n")}\n}`;
  const dummy = await print(await componentEmbed({ witSource, dummy: true } as never));
  return Uint8Array.from(await componentNew(await parse(passOn(dummy)), []));
}

/** Gives bodies to the functions of a core module that has all of them but those. */
function passOn(wat: string): string {
  const params = (type: string): number =>
    (/\(param ([^)]*)\)/.exec(new RegExp(`^ *\\(type \\(;${type};\\) \\(func(.*)$`, "m").exec(wat)![1]!)?.[1] ?? "")
      .split(" ")
      .filter(Boolean).length;
  const imports = new Map(
    [...wat.matchAll(/\(import "cm32p2" "([^"]+)" \(func \(;(\d+);\) \(type (\d+)\)\)\)/g)].map(
      ([, name, index, type]) => [name!, { index: index!, params: params(type!) }],
    ),
  );
  const exports = new Map(
    [...wat.matchAll(/\(export "cm32p2\|\|([^"]+)" \(func (\d+)\)\)/g)].map(([, name, index]) => [index!, name!]),
  );
  const realloc = /\(export "cm32p2_realloc" \(func (\d+)\)\)/.exec(wat)![1]!;
  return wat
    .replace(/\(memory \(;0;\) 0\)/, "(memory (;0;) 16) (global $next (mut i32) (i32.const 1024))")
    .replace(
      /^( *\(func \(;(\d+);\) \(type (\d+)\)[^\n]*)\n *unreachable\n/gm,
      (_, head: string, index: string, type: string) => {
        if (index === realloc) return `${head}\n${bump}\n`;
        const { index: callee, params: wanted } = imports.get(exports.get(index)!)!;
        const given = Array.from({ length: params(type) }, (_, i) => `local.get ${i}`).join(" ");
        // Results that are not one core value are written where the last parameter points, and returned as a pointer.
        return wanted > params(type)
          ? `${head}\n${given} i32.const 512 call ${callee} i32.const 512\n`
          : `${head}\n${given} call ${callee}\n`;
      },
    );
}

const bump = `
  global.get $next local.get 2 i32.add i32.const 1 i32.sub i32.const 0 local.get 2 i32.sub i32.and global.set $next
  global.get $next
  global.get $next local.get 3 i32.add global.set $next`;
