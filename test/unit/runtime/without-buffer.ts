/** Imported before tests, for what a browser is like. */
Reflect.deleteProperty(globalThis, "Buffer");
