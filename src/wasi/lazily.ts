/** Items that are made when a component is first linked with one of them. */
export function lazily(make: () => object): object {
  let made: object | undefined;
  const items = (): object => {
    made ??= make();
    return made;
  };
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(items(), key),
      has: (_, key) => Reflect.has(items(), key),
      ownKeys: () => Reflect.ownKeys(items()),
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(items(), key);
        return found && { ...found, configurable: true };
      },
    },
  );
}
