// Runs scripts in the untouched engine, for bench/engine.exs: argv[1] once, then
// each of the others 10 times; prints the best CPU time of each, microseconds.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "quickjs.h"

#define ROUNDS 10

static double cpu(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

// What every host does there: look at the clock.
static int interrupt(JSRuntime *rt, void *opaque) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 0;
}

static double run(JSContext *ctx, const char *code) {
  double before = cpu();
  JSValue result = JS_Eval(ctx, code, strlen(code), "<eval>", JS_EVAL_TYPE_GLOBAL);
  double time = cpu() - before;
  if (JS_IsException(result)) exit(1);
  JS_FreeValue(ctx, result);
  return time;
}

int main(int argc, char **argv) {
  JSRuntime *rt = JS_NewRuntime();
  JSContext *ctx = JS_NewContext(rt);
  JS_SetInterruptHandler(rt, interrupt, NULL);
  if (argc < 2) return 1;
  run(ctx, argv[1]);
  for (int i = 2; i < argc; i++) {
    double best = run(ctx, argv[i]);
    for (int round = 1; round < ROUNDS; round++) {
      double time = run(ctx, argv[i]);
      if (time < best) best = time;
    }
    printf("%.1f\n", best);
  }
  JS_FreeContext(ctx);
  JS_FreeRuntime(rt);
  return 0;
}
