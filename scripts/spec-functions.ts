/**
 * The functions of the Canonical ABI's reference, `definitions.py` of the specification, by its sections: what
 * `docs/spec-index.md` finds places for. Methods are named with their class.
 */
export interface SpecificationSection {
  readonly title: string;
  readonly functions: readonly string[];
}

export const specification: readonly SpecificationSection[] = [
  {
    title: "Boilerplate",
    // biome-ignore format: a list
    functions: [
      "trap", "trap_if", "types_match_values", "type_matches_value", "FuncType.param_types", "FuncType.result_type",
      "FuncType.extract_types",
    ],
  },
  {
    title: "Component Instances",
    // biome-ignore format: a list
    functions: [
      "ComponentInstance.may_enter_from", "ComponentInstance.enter_from", "ComponentInstance.leave_to",
      "ComponentInstance.entering_set", "ComponentInstance.self_and_ancestors",
    ],
  },
  {
    title: "Stack Switching",
    // biome-ignore format: a list
    functions: [
      "new_already_acquired_lock", "cont_new", "resume", "block", "current_thread", "current_task",
      "current_instance",
    ],
  },
  {
    title: "Threads",
    // biome-ignore format: a list
    functions: [
      "Thread.running", "Thread.suspended", "Thread.waiting", "Thread.ready", "Thread.start_waiting_internal",
      "Thread.stop_waiting_internal", "Thread.resume_later", "Thread.resume", "Thread.block_internal",
      "Thread.switch_to_internal", "Thread.suspend", "Thread.wait_until", "Thread.yield_",
      "Thread.suspend_then_resume", "Thread.yield_then_resume", "Thread.suspend_then_promote",
      "Thread.yield_then_promote",
    ],
  },
  {
    title: "Tasks",
    // biome-ignore format: a list
    functions: [
      "Task.needs_exclusive", "Task.enter_implicit_thread", "Task.register_thread", "Task.exit_implicit_thread",
      "Task.unregister_thread", "Task.request_cancellation", "Task.deliver_pending_cancel", "Task.start",
      "Task.return_", "Task.cancel",
    ],
  },
  {
    title: "Embedding API",
    // biome-ignore format: a list
    functions: [
      "Store.invoke", "Store.lift", "Store.lower", "Store.tick",
    ],
  },
  {
    title: "Canonical ABI Options",
    // biome-ignore format: a list
    functions: [
      "ptr_size", "MemInst.ptr_type", "MemInst.ptr_size", "LiftOptions.equal",
    ],
  },
  {
    title: "Lifting and Lowering Context",
    // biome-ignore format: a list
    functions: [
      "LiftLowerContext.reallocate", "LiftLowerContext.allocate",
    ],
  },
  {
    title: "Table State",
    // biome-ignore format: a list
    functions: [
      "Table.get", "Table.add", "Table.remove",
    ],
  },
  {
    title: "Waitable State",
    // biome-ignore format: a list
    functions: [
      "Waitable.set_pending_event", "Waitable.has_pending_event", "Waitable.in_waitable_set",
      "Waitable.wait_for_pending_event", "Waitable.get_pending_event", "Waitable.join", "Waitable.drop",
      "WaitableSet.has_pending_event", "WaitableSet.get_pending_event", "WaitableSet.wait_for_event_and",
      "WaitableSet.wait_for_event", "WaitableSet.poll", "WaitableSet.drop",
    ],
  },
  {
    title: "Subtask State",
    // biome-ignore format: a list
    functions: [
      "Subtask.resolved", "Subtask.add_lender", "Subtask.resolve", "Subtask.deliver_resolve",
      "Subtask.resolve_delivered", "Subtask.drop",
    ],
  },
  {
    title: "Buffer State",
    // biome-ignore format: a list
    functions: [
      "BufferGuestImpl.remain", "BufferGuestImpl.is_zero_length", "ReadableBufferGuestImpl.read",
      "WritableBufferGuestImpl.write",
    ],
  },
  {
    title: "Stream State",
    // biome-ignore format: a list
    functions: [
      "SharedStreamImpl.reset_pending", "SharedStreamImpl.set_pending", "SharedStreamImpl.reset_and_notify_pending",
      "SharedStreamImpl.cancel", "SharedStreamImpl.drop", "SharedStreamImpl.read", "SharedStreamImpl.write",
      "none_or_number_type", "CopyEnd.copying", "CopyEnd.drop", "ReadableStreamEnd.copy", "WritableStreamEnd.copy",
    ],
  },
  {
    title: "Future State",
    // biome-ignore format: a list
    functions: [
      "SharedFutureImpl.reset_pending", "SharedFutureImpl.set_pending", "SharedFutureImpl.reset_and_notify_pending",
      "SharedFutureImpl.cancel", "SharedFutureImpl.drop", "SharedFutureImpl.read", "SharedFutureImpl.write",
      "ReadableFutureEnd.copy", "WritableFutureEnd.copy", "WritableFutureEnd.drop",
    ],
  },
  {
    title: "Despecialization",
    // biome-ignore format: a list
    functions: [
      "despecialize",
    ],
  },
  {
    title: "Type Predicates",
    // biome-ignore format: a list
    functions: [
      "contains_borrow", "contains_async_value", "contains",
    ],
  },
  {
    title: "Alignment",
    // biome-ignore format: a list
    functions: [
      "alignment", "alignment_list", "alignment_record", "alignment_variant", "discriminant_type",
      "max_case_alignment", "alignment_flags",
    ],
  },
  {
    title: "Element Size",
    // biome-ignore format: a list
    functions: [
      "elem_size", "elem_size_list", "elem_size_record", "align_to", "elem_size_variant", "elem_size_flags",
    ],
  },
  {
    title: "Loading",
    // biome-ignore format: a list
    functions: [
      "load", "load_int", "convert_int_to_bool", "canonicalize_nan32", "canonicalize_nan64", "decode_i32_as_float",
      "decode_i64_as_float", "core_f32_reinterpret_i32", "core_f64_reinterpret_i64", "convert_i32_to_char",
      "load_string", "utf16_tag", "load_string_from_range", "lift_error_context", "load_list", "load_list_from_range",
      "load_list_from_valid_range", "load_record", "load_variant", "load_flags", "unpack_flags_from_int", "lift_own",
      "lift_borrow", "lift_stream", "lift_future", "lift_async_value",
    ],
  },
  {
    title: "Storing",
    // biome-ignore format: a list
    functions: [
      "store", "store_int", "maybe_scramble_nan32", "maybe_scramble_nan64", "random_nan_bits", "encode_float_as_i32",
      "encode_float_as_i64", "core_i32_reinterpret_f32", "core_i64_reinterpret_f64", "char_to_i32", "store_string",
      "store_string_into_range", "store_string_copy", "store_utf16_to_utf8", "store_latin1_to_utf8",
      "store_string_to_utf8", "store_utf8_to_utf16", "store_string_to_latin1_or_utf16",
      "store_probably_utf16_to_latin1_or_utf16", "lower_error_context", "store_list", "store_list_into_range",
      "store_list_into_valid_range", "store_record", "store_variant", "match_case", "store_flags",
      "pack_flags_into_int", "lower_own", "lower_borrow", "lower_stream", "lower_future",
    ],
  },
  {
    title: "Flattening",
    // biome-ignore format: a list
    functions: [
      "flatten_functype", "flatten_types", "flatten_type", "flatten_list", "flatten_record", "flatten_variant",
      "join",
    ],
  },
  {
    title: "Flat Lifting",
    // biome-ignore format: a list
    functions: [
      "CoreValueIter.next", "CoreValueIter.done", "lift_flat", "lift_flat_unsigned", "lift_flat_signed",
      "lift_flat_string", "lift_flat_list", "lift_flat_record", "lift_flat_variant", "wrap_i64_to_i32",
      "lift_flat_flags",
    ],
  },
  {
    title: "Flat Lowering",
    // biome-ignore format: a list
    functions: [
      "lower_flat", "lower_flat_signed", "lower_flat_string", "lower_flat_list", "lower_flat_record",
      "lower_flat_variant", "lower_flat_flags",
    ],
  },
  {
    title: "Lifting and Lowering Values",
    // biome-ignore format: a list
    functions: [
      "lift_flat_values", "lower_flat_values",
    ],
  },
  {
    title: "Resources, lifting and lowering",
    // biome-ignore format: a list
    functions: [
      "canon_lift", "unpack_callback_result", "call_and_trap_on_throw", "canon_lower", "canon_resource_new",
      "canon_resource_drop", "canon_resource_rep",
    ],
  },
  {
    title: "Built-ins for tasks, subtasks and waitables",
    // biome-ignore format: a list
    functions: [
      "canon_context_get", "canon_context_set", "canon_backpressure_inc", "canon_backpressure_dec",
      "canon_task_return", "canon_task_cancel", "canon_waitable_set_new", "canon_waitable_set_wait", "unpack_event",
      "canon_waitable_set_poll", "canon_waitable_set_drop", "canon_waitable_join", "canon_subtask_cancel",
      "canon_subtask_drop",
    ],
  },
  {
    title: "Built-ins for streams and futures",
    // biome-ignore format: a list
    functions: [
      "canon_stream_new", "canon_future_new", "canon_stream_read", "canon_stream_write", "stream_copy",
      "canon_future_read", "canon_future_write", "future_copy", "canon_stream_cancel_read",
      "canon_stream_cancel_write", "canon_future_cancel_read", "canon_future_cancel_write", "cancel_copy",
      "canon_stream_drop_readable", "canon_stream_drop_writable", "canon_future_drop_readable",
      "canon_future_drop_writable", "drop",
    ],
  },
  {
    title: "Built-ins for threads",
    // biome-ignore format: a list
    functions: [
      "canon_thread_index", "canon_thread_new_indirect", "canon_thread_resume_later", "canon_thread_suspend",
      "canon_thread_yield", "canon_thread_suspend_then_resume", "canon_thread_yield_then_resume",
      "canon_thread_suspend_then_promote", "canon_thread_yield_then_promote",
    ],
  },
  {
    title: "Built-ins for error contexts",
    // biome-ignore format: a list
    functions: [
      "canon_error_context_new", "canon_error_context_debug_message", "canon_error_context_drop",
    ],
  },
];

/** What the reference needs because it is written in Python, and why no other implementation has it. */
export const ofPythonAlone: ReadonlyMap<string, string> = new Map([
  ["types_match_values", "only assertions ask it; core functions have the types that validation gave them"],
  ["type_matches_value", "likewise"],
  ["FuncType.param_types", "function types are one kind of object here"],
  ["FuncType.result_type", "likewise"],
  ["FuncType.extract_types", "likewise"],
  ["new_already_acquired_lock", "Python's threads stand for stacks there"],
  ["MemInst.ptr_type", "the type of pointers is known when a function is generated"],
  ["MemInst.ptr_size", "likewise"],
  ["contains_async_value", "nothing in the reference asks it"],
  ["random_nan_bits", "one NaN for all is a choice among those that it may give"],
  ["CoreValueIter.done", "nothing in the reference asks it"],
  ["current_instance", "the instance is known when a built-in is made"],
  ["BufferGuestImpl.is_zero_length", "the length itself is asked"],
]);

/**
 * Functions that nothing implements yet. The list only ever becomes shorter: one that has a place must leave it.
 */
export const notYetPlaced: ReadonlySet<string> = new Set([]);

/** What else of the specification's code comments speak of: fields, parameters, types, and functions of its prose alone. */
// biome-ignore format: a list
export const otherNames: readonly string[] = [
  "CallbackCode", "CoerceValueIter", "CoreFuncInst", "EventTuple", "ReclaimBuffer", "SharedBase", "U32Type",
  "canon_thread_spawn_indirect", "canon_thread_spawn_ref", "case_index", "exclusive_thread", "future_event",
  "may_enter", "num_borrows", "num_waiting", "on_cancel", "on_copy", "on_copy_done", "on_progress", "on_resolve",
  "on_start", "ready_func", "stream_event", "subtask_event", "switch_to", "thread_func",
];
