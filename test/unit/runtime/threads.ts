/** Tasks and threads made by hand, whose guests are JavaScript. */
import { ComponentInstance } from "../../../src/runtime/instance.ts";
import type { Quantum } from "../../../src/runtime/quantum.ts";
import { CallScope } from "../../../src/runtime/resources.ts";
import type { Chooser } from "../../../src/runtime/scheduler.ts";
import { Store } from "../../../src/runtime/store.ts";
import { Task, type TaskFunction, waitUntil } from "../../../src/runtime/task.ts";
import { always, Thread } from "../../../src/runtime/thread.ts";
import { reasonOf } from "../../../src/runtime/trap.ts";

const callbackFunction = { asyncType: true, asyncOption: true, hasCallback: true };
export const stackfulFunction = { asyncType: true, asyncOption: true, hasCallback: false };
export const syncFunction = { asyncType: false, asyncOption: false, hasCallback: false };

/** An instance in a store of its own. */
export function makeInstance(chooser?: Chooser): ComponentInstance {
  return new ComponentInstance(new Store({ onUnhandled() {}, ...(chooser && { chooser }) }));
}

export function makeTask(instance: ComponentInstance, func: Partial<TaskFunction> = callbackFunction): Task {
  const caller = { values: "component", start: () => [], resolve() {} } as const;
  const all = {
    ...callbackFunction,
    resultType: undefined,
    encoding: "utf8",
    cx: { memory: undefined },
    ...func,
    instance,
  };
  return new Task(all, caller, new CallScope(), "plain");
}

/** A thread of a task of its own that has begun to wait: `go` is what it does then. */
export function waitingThread(instance: ComponentInstance, condition: () => boolean, go: () => unknown): Thread {
  const task = makeTask(instance);
  task.state = "started";
  const thread = new Thread(task, undefined);
  waitUntil(thread, condition, { cancellable: false, needsLock: false }, () => go() as Quantum);
  return thread;
}

/** A thread that waits for nothing but its turn, `times` times. */
export function yieldingThread(instance: ComponentInstance, times: number, each: () => void): Thread {
  const thread = waitingThread(instance, always, function go(): Quantum {
    each();
    if (--times === 0) return undefined;
    return waitUntil(thread, always, { cancellable: false, needsLock: false }, go);
  });
  return thread;
}

/** The reason for which `action` traps. */
export function trapOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return reasonOf(error).reason;
  }
  throw new Error("it does not trap");
}

/** A turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
