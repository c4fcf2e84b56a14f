/*
 * hello: says hello to its arguments and draws a picture.
 *
 * It speaks WASI 0.2 directly, with no library in between: the functions that
 * it imports and exports are those of hello.wit, as the Canonical ABI spells
 * them in core WebAssembly.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) extern __attribute__((import_module(module), import_name(name)))
#define EXPORT(name) __attribute__((export_name(name)))

typedef struct { const char *text; size_t length; } string;
typedef struct { string *items; size_t length; } list_string;
typedef uint32_t output_stream; /* a handle */

enum { LAST_OPERATION_FAILED, CLOSED };
typedef struct {
    bool failed;
    struct { uint8_t tag; uint32_t error; } error;
} write_result;

IMPORT("wasi:cli/environment@0.2.0", "get-arguments") void get_arguments(list_string *result);
IMPORT("wasi:cli/stdout@0.2.0", "get-stdout") output_stream get_stdout(void);
IMPORT("wasi:io/streams@0.2.0", "[method]output-stream.blocking-write-and-flush")
void write_and_flush(output_stream self, const char *contents, size_t length, write_result *result);
IMPORT("wasi:io/streams@0.2.0", "[resource-drop]output-stream") void drop_stream(output_stream self);
IMPORT("wasi:io/error@0.2.0", "[resource-drop]error") void drop_error(uint32_t self);

/* The arguments are stored where this function says. A command runs once and ends: nothing is ever freed. */
extern char __heap_base;
static char *top = &__heap_base;

EXPORT("cabi_realloc")
void *cabi_realloc(void *old, size_t old_size, size_t align, size_t new_size) {
    char *block = (char *)(((uintptr_t)top + align - 1) & ~(align - 1));
    size_t end = (size_t)block + new_size, pages = (end + 65535) / 65536;
    if (pages > __builtin_wasm_memory_size(0) && __builtin_wasm_memory_grow(0, pages - __builtin_wasm_memory_size(0)) == (size_t)-1)
        __builtin_trap();
    top = (char *)end;
    for (size_t at = 0; at < old_size && at < new_size; at++) block[at] = ((char *)old)[at];
    return block;
}

/* Standard output, a buffer at a time: one write takes at most 4096 bytes. */
static output_stream out;
static bool failed;
static char buffer[4096];
static size_t used;

static void flush(void) {
    write_result result;
    write_and_flush(out, buffer, used, &result);
    if (result.failed) {
        failed = true;
        if (result.error.tag == LAST_OPERATION_FAILED) drop_error(result.error.error);
    }
    used = 0;
}

static void print(const char *text, size_t length) {
    for (size_t at = 0; at < length; at++) {
        if (used == sizeof buffer) flush();
        buffer[used++] = text[at];
    }
}

#define PRINT(text) print(text, sizeof text - 1)

/* How long it takes z := z * z + c to run away, starting from 0: never, inside the Mandelbrot set. */
enum { LIMIT = 256 };

static int escape(double re, double im) {
    double x = 0, y = 0;
    int steps = 0;
    while (steps < LIMIT && x * x + y * y <= 4) {
        double next = x * x - y * y + re;
        y = 2 * x * y + im;
        x = next;
        steps++;
    }
    return steps;
}

static void draw(void) {
    enum { COLUMNS = 76, ROWS = 23 };
    static const char shades[] = " .:-=+*%#";
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            int steps = escape(-2.2 + 3.2 * column / (COLUMNS - 1), -1.2 + 2.4 * row / (ROWS - 1));
            int shade = 0; /* grows with the logarithm of the steps */
            for (int rest = steps; rest > 1; rest /= 2) shade++;
            print(steps == LIMIT ? "@" : &shades[shade], 1);
        }
        PRINT("\n");
    }
}

EXPORT("wasi:cli/run@0.2.0#run")
bool run(void) {
    list_string arguments;
    out = get_stdout();
    get_arguments(&arguments);

    PRINT("Hello, ");
    for (size_t at = 1; at < arguments.length; at++) { /* the first one is the name of the program */
        if (at > 1) print(at + 1 < arguments.length ? ", " : " and ", at + 1 < arguments.length ? 2 : 5);
        print(arguments.items[at].text, arguments.items[at].length);
    }
    if (arguments.length < 2) PRINT("World");
    PRINT("!\n\n");
    draw();
    PRINT("\nDrawn, character by character, inside a WebAssembly component.\n");
    flush();
    drop_stream(out);
    return failed;
}
