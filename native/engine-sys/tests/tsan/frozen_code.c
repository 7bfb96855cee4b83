/*
 * Four threads, each with runtimes of its own, over code that another runtime has
 * frozen, and the regular expressions that it compiles when it runs. Built with
 * -fsanitize=thread by threads.rs.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quickbeam.h"

#define THREADS 4
#define RUNTIMES 12

static const char script[] =
    "const word = /[a-z]+/gi, tag = strings => strings, big = 123456789012345678901n;"
    "class Named { #name = 'n'; get name() { return this.#name; } static all = [1, 'two']; }"
    "function* count() { for (let i = 0; i < 3; i++) yield i; }"
    "let n = 'some words'.match(word).length + tag`a${1}b`.raw.length + new Named().name.length;"
    "n += [...count()].length + String(big * 2n).length + Named.all.length;"
    "for (let i = 0; i < 40; i++)"
    "  n += new RegExp(`^(a{${i}})[\\\\p{L}]*$`, 'u').test('a'.repeat(i)) ? 1 : 1000;"
    "n += count.toString().length; try { null.x } catch (error) { n += error.stack.length }"
    "n";

static void *zeroed(void *opaque, size_t count, size_t size) { return calloc(count, size); }
static void *allocated(void *opaque, size_t size) { return malloc(size); }
static void *resized(void *opaque, void *ptr, size_t size) { return realloc(ptr, size); }
static void freed(void *opaque, void *ptr) { free(ptr); }

static const JSMallocFunctions functions = {
    zeroed, allocated, freed, resized, (size_t (*)(const void *))malloc_usable_size,
};

static JSFrozenCode *frozen;
static int first_result;

static void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "failed: %s\n", what);
        exit(1);
    }
}

/* The runtime is never freed: the code lies in its memory. */
static void freeze(void)
{
    JSContext *ctx = JS_NewContext(JS_NewRuntime());
    JSValue code = JS_Eval(ctx, script, strlen(script), "app.js", JS_EVAL_FLAG_COMPILE_ONLY);

    check(!JS_IsException(code), "compiling");
    frozen = JS_FreezeCode(ctx, 1, &code);
    check(frozen != NULL, "freezing");
}

static void *run(void *unused)
{
    (void)unused;
    for (int i = 0; i < RUNTIMES; i++) {
        JSRuntime *rt = JS_NewRuntimeFrozen(&functions, NULL, frozen);
        JSContext *ctx = JS_NewContext(rt);
        int n = 0, first = 0;
        JSValue value;

        JS_SetSharingRegExps(ctx, true);
        value = JS_RunFrozen(ctx, 0);
        check(!JS_IsException(value) && !JS_ToInt32(ctx, &n, value), "the script");
        if (!__atomic_compare_exchange_n(&first_result, &first, n, 0, __ATOMIC_SEQ_CST,
                                         __ATOMIC_SEQ_CST))
            check(n == first, "the same result");
        JS_FreeValue(ctx, value);
        JS_RunGC(rt);
        JS_FreeContext(ctx);
        JS_FreeRuntime(rt);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    freeze();
    for (int i = 0; i < THREADS; i++)
        check(pthread_create(&threads[i], NULL, run, NULL) == 0, "pthread_create");
    for (int i = 0; i < THREADS; i++)
        check(pthread_join(threads[i], NULL) == 0, "pthread_join");
    check(JS_GetFrozenRegExpSize(frozen) > 0, "regular expressions are shared");
    JS_FreeFrozenCode(frozen);
    puts("done");
    return 0;
}
