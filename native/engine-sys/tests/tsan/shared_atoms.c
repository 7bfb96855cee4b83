/*
 * Four threads, each with runtimes of its own, over what they share: the table of
 * built-in atoms. Built with -fsanitize=thread by shared_atoms.rs.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quickjs.h"

#define THREADS 4
#define RUNTIMES 12

static const char script[] =
    "const weak = new WeakMap(); let n = 0;"
    "for (let i = 0; i < 200; i++) {"
    "  for (const symbol of [Symbol.iterator, Symbol.toPrimitive, Symbol.hasInstance]) {"
    "    weak.set(symbol, { i }); n += weak.get(symbol).i; new WeakRef(symbol).deref();"
    "  }"
    "  const object = { length: 1, name: 'x', ['to' + 'String']: typeof i };"
    "  n += Object.keys(object).length + JSON.stringify(object).length;"
    "  n += Object.getOwnPropertyDescriptor(Map.prototype, 'size').get.name.length;"
    "  n += String(Symbol.iterator).length + ['a', 'b'].join('length').length;"
    "  ({})['own' + i % 7] = Symbol('length'); Symbol.for('name').description;"
    "  new Uint8Array(4).length; new Date(i).getTime(); /a(b)/.exec('ab').index;"
    "  try { null.x } catch (error) { n += (error.message + error.name).length }"
    "}"
    "for (const name of Object.getOwnPropertyNames(globalThis)) {"
    "  const value = globalThis[name];"
    "  if (value && value.prototype)"
    "    for (const key of Reflect.ownKeys(value.prototype))"
    "      Object.getOwnPropertyDescriptor(value.prototype, key);"
    "}"
    "n";

static void check(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "failed: %s\n", what);
        exit(1);
    }
}

static void *run(void *unused)
{
    (void)unused;
    for (int i = 0; i < RUNTIMES; i++) {
        JSRuntime *rt = JS_NewRuntime();
        JSContext *ctx = JS_NewContext(rt);
        JSValue value = JS_Eval(ctx, script, strlen(script), "atoms.js", 0);
        JSAtom atom = JS_NewAtom(ctx, "toFixed");
        JSValue name = JS_AtomToString(ctx, atom);

        check(!JS_IsException(value), "the script");
        JS_FreeValue(ctx, JS_DupValue(ctx, name));
        JS_FreeValue(ctx, name);
        JS_FreeAtom(ctx, atom);
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

    for (int i = 0; i < THREADS; i++)
        check(pthread_create(&threads[i], NULL, run, NULL) == 0, "pthread_create");
    for (int i = 0; i < THREADS; i++)
        check(pthread_join(threads[i], NULL) == 0, "pthread_join");
    puts("done");
    return 0;
}
