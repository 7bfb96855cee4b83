/*
 * QuickBEAM's additions to the C API of QuickJS-ng.
 *
 * The functions take a JSContext because that is what a host holds, but a
 * QuickBEAM context is one JSRuntime with one JSContext (DESIGN.md), so every
 * figure below is that of the whole heap behind `ctx`.
 *
 * Thread safety: as the engine's own. One thread at a time may use a runtime;
 * which one does not matter.
 */
#ifndef QUICKBEAM_H
#define QUICKBEAM_H

#include <stddef.h>
#include <stdint.h>
#include "quickjs.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Memory (c_src/quickbeam_memory.c) -------------------------------- */

/* Limit the live bytes of the heap of `ctx` to `limit`; 0 takes the limit off.
   An allocation that would pass it first collects garbage, then fails with the
   ordinary, catchable `InternalError: out of memory`. A small reserve past the
   limit lets the engine build that error. Lowering the limit under the live
   size is allowed: the next allocation fails. */
void JS_SetContextMemoryLimit(JSContext *ctx, size_t limit);

/* Live bytes of the heap of `ctx`, as allocated blocks with their headers:
   exact, whichever way a block was freed. Includes what was charged. */
size_t JS_GetContextMallocSize(JSContext *ctx);

/* Count `size` bytes that live outside of the engine's heap (a host's buffer,
   timer, tree) against the limit of `ctx`. Returns 0, or -1 with a pending
   out-of-memory exception when the limit does not allow it. */
int JS_ChargeContextMemory(JSContext *ctx, size_t size);

/* Take back `size` bytes charged before. Also valid from a finalizer. */
void JS_ReleaseContextMemory(JSRuntime *rt, size_t size);

/* Collections of this heap since it was made, automatic ones included, and the
   nanoseconds that they took together. */
void JS_GetContextGC(JSContext *ctx, uint64_t *pcount, uint64_t *pnanoseconds);

/* ---- Reductions and kills (c_src/quickbeam_budget.c) ------------------- */

/* One reduction is one tick of the engine's poll: a call or a jump, so that an
   iteration of an empty `for` or `while` loop costs two. Long builtins are charged
   by what they do: 64 ticks for 256 of their elements (or bytes, where that is
   what they go through), a regexp 500 ticks for 1,000 steps of backtracking. */

/* Kill the running code once the count passes `limit`; 0 takes it off. Exact
   to one tick in code, to one charge in a builtin. */
void JS_SetContextReductionLimit(JSContext *ctx, uint64_t limit);

/* Ticks since the context was made or last reset. */
uint64_t JS_GetContextReductionCount(JSContext *ctx);

/* Set the count to zero. */
void JS_ResetContextReductionCount(JSContext *ctx);

/* Why the running code is being killed. */
typedef enum JSContextKill {
    JS_CONTEXT_KILL_NONE = 0,
    JS_CONTEXT_KILL_INTERRUPT = 1,  /* the interrupt handler answered non-zero */
    JS_CONTEXT_KILL_REDUCTIONS = 2, /* the reduction limit was passed */
} JSContextKill;

/* A kill is sticky: from the answer on, every poll raises the uncatchable
   `InternalError: interrupted` again at once, so that neither a native that
   swallows exceptions nor a chain of jobs outlives it, until the host, its
   stack empty of JS frames, clears it. */
JSContextKill JS_GetContextKill(JSContext *ctx);

/* End the kill; the context is usable again. Call it before formatting the
   error, since formatting may run JS. Also makes a pending "interrupted"
   exception ordinary. */
void JS_ClearContextKill(JSContext *ctx);

/* As JS_ClearContextKill, but the queue of jobs stays: for a host that has run
   something on top of code that waits, whose jobs they may be. */
void JS_EndContextKill(JSContext *ctx);

/* ---- Waiting (c_src/quickbeam_wait.c) ----------------------------------- */

/* What Atomics.wait does in a host that can suspend the stack: return once
   `*waiting` is false (another piece of code of this runtime, run on top of the
   stack that waits, has notified it) or once `timeout` milliseconds (INFINITY
   for ever) have passed. Returns 0, or -1 with an exception pending. */
typedef int JSContextWaitHandler(JSContext *ctx, double timeout,
                                 const bool *waiting, void *opaque);

/* Without one (NULL), Atomics.wait throws a TypeError. */
void JS_SetContextWaitHandler(JSContext *ctx, JSContextWaitHandler *handler,
                              void *opaque);

/* ---- Values (c_src/quickbeam_values.c) --------------------------------- */

/* A BigInt of the magnitude `words` (32 bits each, least significant first).
   RangeError when it is larger than the engine allows (1 Mbit). */
JSValue JS_NewBigIntWords(JSContext *ctx, bool negative, size_t count,
                          const uint32_t *words);

/* The magnitude of a BigInt as *pcount words, to be freed with js_free();
   leading zero words are possible. NULL with a pending exception on failure. */
uint32_t *JS_GetBigIntWords(JSContext *ctx, JSValueConst value, bool *pnegative,
                            size_t *pcount);

/* A new Array of what a Map (key, value, key, value, ...) or a Set holds, in
   insertion order, without calling anything that a script may have replaced. */
JSValue JS_GetCollectionItems(JSContext *ctx, JSValueConst value);

/* The bytes of an ArrayBuffer, SharedArrayBuffer, typed array or DataView: none
   when it is detached or out of bounds. False for any other value. The pointer
   holds until JS runs again. */
bool JS_GetBufferBytes(JSValueConst value, const uint8_t **pdata, size_t *psize);

/* Whether somebody listens to the promise `value`; true for anything else. */
bool JS_PromiseIsHandled(JSContext *ctx, JSValueConst value);

/* PerformPromiseThen without a result promise: one of `fulfilled` and `rejected`
   (functions, or undefined) is called when the promise settles. What it throws
   is lost. Returns 0, or -1 with an exception. */
int JS_PromiseReact(JSContext *ctx, JSValueConst promise,
                    JSValueConst fulfilled, JSValueConst rejected);

/* A new SharedArrayBuffer with the memory of `value`, one of the same runtime, as
   long as that may grow to. TypeError where it has none that can be shared. */
JSValue JS_ShareArrayBuffer(JSContext *ctx, JSValueConst value);

/* A new Set of `items`, which stay the caller's. */
JSValue JS_NewSetFrom(JSContext *ctx, size_t count, JSValueConst *items);

/* ---- Frozen code (c_src/quickbeam_frozen.c) ----------------------------- */

/* Code that many runtimes, on whatever threads, share and only read. */
typedef struct JSFrozenCode JSFrozenCode;

/* Freeze the bytecode of `count` classic scripts (values of tag
   JS_TAG_FUNCTION_BYTECODE) and modules (JS_TAG_MODULE, not linked) in the runtime
   that has compiled or read them. From then on neither that runtime nor its context
   may be used or freed: all of it lives in its memory, which must outlive every
   runtime made with it. NULL with a pending exception on failure: then too the
   runtime must not be used. */
JSFrozenCode *JS_FreezeCode(JSContext *ctx, int count, JSValueConst *code);

/* Free what frozen code has outside of that memory, when no runtime is left that was
   made with it. */
void JS_FreeFrozenCode(JSFrozenCode *frozen);

/* Whether the bytecode of regular expressions that are compiled from now on goes to all
   runtimes with the same frozen code (c_src/quickbeam_regexps.c): while its scripts run,
   which make the same in each. Returns what was so before. */
bool JS_SetSharingRegExps(JSContext *ctx, bool sharing);

/* Bytes of what is shared so, outside of the memory of the frozen code. At most 4 MiB. */
size_t JS_GetFrozenRegExpSize(const JSFrozenCode *frozen);

/* As JS_NewRuntime2(), with the code that JS_FreezeCode() gave, and all that lies
   below it: where the runtime that was frozen had been made with frozen code itself,
   scripts and modules are numbered on from those. The runtime may have one context
   only. */
JSRuntime *JS_NewRuntimeFrozen(const JSMallocFunctions *mf, void *opaque,
                               const JSFrozenCode *frozen);

/* Run script `index` of those frozen, as JS_EvalFunction() would. RangeError where
   there is none. */
JSValue JS_RunFrozen(JSContext *ctx, int index);

/* Load module `index` of those frozen, under its name, as if it had been compiled
   (JS_EVAL_FLAG_COMPILE_ONLY) here. Returns 0, or -1 with a pending exception. */
int JS_LoadFrozenModule(JSContext *ctx, int index);

/* ---- Coverage (c_src/quickbeam_cover.c) --------------------------------- */

/* What is told apart in a text. An instruction that counts stands in the bytecode for
   each statement, function and arm; of a branch as a whole nothing is counted. */
typedef enum JSCoverKind {
    JS_COVER_NONE = 0, /* of no account */
    JS_COVER_STATEMENT = 1,
    JS_COVER_FUNCTION = 2, /* its body; counted at its beginning */
    JS_COVER_ARM = 3,      /* one way that a branch can go */
    JS_COVER_IF = 4,       /* two arms, also where there is no `else` */
    JS_COVER_COND = 5,     /* a ? b : c */
    JS_COVER_LOGICAL = 6,  /* operands of &&, || and ??, chains in one; the first is
                              counted behind it, the others before them */
    JS_COVER_SWITCH = 7,   /* an arm for each case */
    JS_COVER_DEFAULT = 8,  /* a = b in parameters and patterns: one arm */
} JSCoverKind;

/* Places are bytes from the beginning of the text. */
typedef struct JSCoverPoint {
    uint32_t kind;
    uint32_t start;
    uint32_t end;      /* 0 of an arm: there is no code for it */
    uint32_t branch;   /* of an arm: the number of its branch in the text */
    uint32_t declared; /* of a function: its name, or itself */
    uint32_t name_end; /* 0 when it has no name */
} JSCoverPoint;

/* A text is about to be compiled with `flags` of JS_Eval(). Answers the number of its
   first point among all of the runtime; -1: do not count. Must not run scripts. */
typedef int64_t JSCoverBegin(JSContext *ctx, const char *filename, const char *input,
                             size_t len, int flags, void *opaque);

/* It has been parsed, right after JSCoverBegin; not called where there was an error. */
typedef void JSCoverEnd(JSContext *ctx, const char *input, size_t len,
                        const JSCoverPoint *points, uint32_t count, void *opaque);

/* Count what is compiled from now on; NULL ends it. */
void JS_SetContextCover(JSContext *ctx, JSCoverBegin *begin, JSCoverEnd *end,
                        void *opaque);

/* Where it is counted, relaxed atomically, by the number of the point. What has no room
   there is not counted. */
void JS_SetContextCoverCounts(JSContext *ctx, uint64_t *counts, uint32_t size);

/* ---- Compiled code (c_src/quickbeam_disasm.c) --------------------------- */

/* What the compiler made of a function or script: a value of tag
   JS_TAG_FUNCTION_BYTECODE. Atoms and pointers below belong to the code and are good
   as long as it is; nothing here runs a script. */
typedef struct JSCodeInfo {
    JSAtom name;     /* JS_ATOM_NULL (0) when there is none */
    JSAtom filename; /* as name */
    int line;        /* from 1 */
    int column;      /* from 1 */
    bool is_strict;
    bool is_generator;
    bool is_async;
    uint16_t arg_count;
    uint16_t defined_arg_count; /* the `length` of the function */
    uint16_t var_count;
    uint16_t closure_var_count;
    uint16_t stack_size; /* in values */
    uint32_t byte_code_len;
    uint32_t constant_count;
    const char *source; /* NULL when it was not kept */
    size_t source_len;
} JSCodeInfo;

/* Native stack that JS_GetCodeInfo() makes sure of, for hosts that recur. */
#define QB_CODE_STACK 16384

/* Returns 0, or -1 with an exception: TypeError when `code` is no compiled code,
   the one of a stack overflow when less than QB_CODE_STACK bytes of it are left. */
int JS_GetCodeInfo(JSContext *ctx, JSValueConst code, JSCodeInfo *info);

bool JS_IsCode(JSValueConst value);

typedef struct JSCodeVar {
    JSAtom name;
    const char *kind; /* "var", "let", "const", "function", "catch", ... */
    const char *type; /* where it is: "arg", "local", "ref", "global", ... */
    uint32_t index;   /* among the arguments, variables or references there */
} JSCodeVar;

/* Arguments, then local variables. False past the last one. */
bool JS_GetCodeVar(JSValueConst code, uint32_t index, JSCodeVar *var);

/* Variables of functions around it. False past the last one. */
bool JS_GetCodeClosureVar(JSValueConst code, uint32_t index, JSCodeVar *var);

/* A constant, undefined past the last one: a primitive value, the code of a nested
   function, the object of a tagged template. */
JSValue JS_GetCodeConstant(JSContext *ctx, JSValueConst code, uint32_t index);

typedef struct JSInstruction {
    const char *name;
    uint32_t size; /* bytes up to the next one */
    bool has_atom; /* then `atom` is the first operand */
    JSAtom atom;
    int count;
    int64_t operands[2]; /* labels as offsets from the start of the code */
} JSInstruction;

/* The instruction at an offset that is 0 or follows another one. False where there
   is none. */
bool JS_GetCodeInstruction(JSValueConst code, uint32_t offset,
                           JSInstruction *instruction);

/* ---- Modules (c_src/quickbeam_values.c) --------------------------------- */

/* The module that an import of `name` finds, or NULL: with a pending exception
   when there was no memory to look. It belongs to the context. */
JSModuleDef *JS_FindLoadedModule(JSContext *ctx, const char *name);

/* Whether a module and all that it imports were found and linked, so that its
   namespace can be read. */
bool JS_IsModuleLinked(JSModuleDef *m);

/* Give a loaded module another name, so that its old one can be loaded anew.
   Returns 0, or -1 with a pending exception. */
int JS_RenameModule(JSContext *ctx, JSModuleDef *m, const char *name);

/* ---- Internal slots (c_src/quickbeam_slots.c) -------------------------- */

/* None of these runs a script or reads anything a script may have replaced. */

/* [[NumberData]], [[StringData]], [[BooleanData]], [[SymbolData]],
   [[BigIntData]] or [[DateValue]]; undefined for any other value. */
JSValue JS_GetObjectData(JSContext *ctx, JSValueConst value);

/* [[OriginalSource]] and [[OriginalFlags]]; TypeError for any other value. */
JSValue JS_GetRegExpSource(JSContext *ctx, JSValueConst value);
JSValue JS_GetRegExpFlags(JSContext *ctx, JSValueConst value);

/* A new RegExp of two strings. */
JSValue JS_NewRegExp(JSContext *ctx, JSValueConst source, JSValueConst flags);

/* An empty Map; JS_AddToCollection adds to it, or `key` to a Set. */
JSValue JS_NewMap(JSContext *ctx);
int JS_AddToCollection(JSContext *ctx, JSValueConst collection,
                       JSValueConst key, JSValueConst value);

/* An error without own properties, of the intrinsic prototype that `name`
   says: one of the six NativeErrors, else Error. */
JSValue JS_NewNativeError(JSContext *ctx, const char *name);
/* What the accessor `stack` of an Error gives, without the head "Name: message";
   undefined for any other value. Runs no script. */
JSValue JS_GetErrorFrames(JSContext *ctx, JSValueConst value);

/* A new DOMException of two strings, and those of one. */
JSValue JS_NewDOMException(JSContext *ctx, JSValueConst message,
                           JSValueConst name);
int JS_GetDOMException(JSContext *ctx, JSValueConst value, JSValue *pname,
                       JSValue *pmessage);

typedef struct JSArrayBufferSlots {
    size_t byte_length;
    int64_t max_byte_length; /* -1 when it is not resizable */
    bool shared;
    bool detached;
    bool immutable;
} JSArrayBufferSlots;

/* False for anything but an ArrayBuffer or SharedArrayBuffer. */
bool JS_GetArrayBufferSlots(JSValueConst value, JSArrayBufferSlots *slots);

/* A new ArrayBuffer; resizable unless `max_byte_length` is -1. */
JSValue JS_NewArrayBufferSlots(JSContext *ctx, const uint8_t *data, size_t size,
                               int64_t max_byte_length);

/* A new ArrayBuffer with the contents of `value`, which is detached after. */
JSValue JS_MoveArrayBuffer(JSContext *ctx, JSValueConst value);

typedef struct JSViewSlots {
    JSValue buffer;     /* [[ViewedArrayBuffer]] */
    size_t byte_offset;
    size_t length;      /* elements of a typed array, bytes of a DataView */
    int type;           /* JSTypedArrayEnum, -1 for a DataView */
    bool tracks_length;
    bool out_of_bounds; /* or detached */
} JSViewSlots;

/* False for anything but a typed array or DataView. On success slots->buffer
   is a reference of the caller's. */
bool JS_GetViewSlots(JSValueConst value, JSViewSlots *slots);

/* A view of `buffer` as `slots` says (its own buffer is not looked at). */
JSValue JS_NewView(JSContext *ctx, JSValueConst buffer, const JSViewSlots *slots);

/* As JS_GetCollectionItems, of the first `limit` entries; the size of the
   collection in *psize. */
JSValue JS_GetCollectionHead(JSContext *ctx, JSValueConst value, uint32_t limit,
                             uint32_t *psize);

/* Own properties of the global object, symbols included: O(1), looks nothing up
   and makes nothing. */
uint32_t JS_GetGlobalCount(JSContext *ctx);

/* Out-of-memory errors of this heap since it was made. */
uint64_t JS_GetOutOfMemoryCount(JSContext *ctx);

/* One tick of the engine's poll, for natives that loop. Returns 0, or -1 with
   the uncatchable exception pending. */
int JS_PollContext(JSContext *ctx);

/* `ticks` at once, for a native that is about to do or has done as much; the
   interrupt handler is asked. As JS_PollContext(). */
int JS_SpendContext(JSContext *ctx, int ticks);

#ifdef __cplusplus
}
#endif

#endif /* QUICKBEAM_H */
