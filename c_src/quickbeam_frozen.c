/*
 * Code that many runtimes share: bytecode, its atoms, constants, debug tables and
 * source, with immortal reference counts and never written again.
 *
 * Included by quickjs.c. A runtime compiles or reads the code, and JS_FreezeCode()
 * makes of that runtime what others are made with: its table of atoms becomes a
 * part of theirs, between the process-wide atoms and their own, so that the atoms
 * in the bytecode mean the same everywhere. Frozen functions have no realm: a
 * runtime that uses them has one context.
 */

static uint32_t js_frozen_template_count(const JSRuntime *rt)
{
    return rt->frozen->template_count;
}

/* The template object `index`, made when it is first asked for. */
static no_inline JSValue js_frozen_template(JSContext *ctx, uint32_t index)
{
    const JSFrozenCode *frozen = ctx->rt->frozen;
    const JSFrozenTemplate *template = &frozen->templates[index];
    JSValue *made = ctx->frozen_templates;
    uint32_t i;

    if (!made) {
        made = js_malloc(ctx, sizeof(*made) * frozen->template_count);
        if (!made)
            return JS_EXCEPTION;
        for (i = 0; i < frozen->template_count; i++)
            made[i] = JS_UNDEFINED;
        ctx->frozen_templates = made;
    }
    if (JS_IsUndefined(made[index])) {
        JSValue obj = JS_ReadObject(ctx, template->data, template->size,
                                    JS_READ_OBJ_BYTECODE);
        if (JS_IsException(obj))
            return obj;
        made[index] = obj;
    }
    return js_dup(made[index]);
}

/* Take a template object out of the constants. */
static int js_freeze_template(JSContext *ctx, JSFrozenCode *frozen, JSValue *pval)
{
    JSFrozenTemplate *template;

    if (!js_is_array(ctx, *pval)) {
        JS_ThrowTypeError(ctx, "a constant of this code cannot be frozen");
        return -1;
    }
    if (js_resize_array(ctx, (void **)&frozen->templates, sizeof(*template),
                        (int *)&frozen->template_size,
                        frozen->template_count + 1))
        return -1;
    template = &frozen->templates[frozen->template_count];
    template->data = JS_WriteObject(ctx, &template->size, *pval,
                                    JS_WRITE_OBJ_BYTECODE);
    if (!template->data)
        return -1;
    JS_FreeValue(ctx, *pval);
    *pval = JS_MKVAL(JS_TAG_CATCH_OFFSET, frozen->template_count++);
    return 0;
}

static int js_freeze_function(JSContext *ctx, JSFrozenCode *frozen,
                              JSFunctionBytecode *b)
{
    int i;

    if (js_check_stack_overflow(ctx->rt, 0)) {
        JS_ThrowStackOverflow(ctx);
        return -1;
    }
    for (i = 0; i < b->cpool_count; i++) {
        JSValue *pval = &b->cpool[i];
        switch (JS_VALUE_GET_NORM_TAG(*pval)) {
        case JS_TAG_FUNCTION_BYTECODE:
            if (js_freeze_function(ctx, frozen, JS_VALUE_GET_PTR(*pval)))
                return -1;
            break;
        case JS_TAG_OBJECT:
            if (js_freeze_template(ctx, frozen, pval))
                return -1;
            break;
        case JS_TAG_STRING:
        case JS_TAG_BIG_INT:
            JS_REF_COUNT(JS_VALUE_GET_PTR(*pval)) = JS_REF_COUNT_IMMORTAL;
            break;
        default:
            if (JS_VALUE_HAS_REF_COUNT(*pval)) {
                JS_ThrowTypeError(ctx, "a constant of this code cannot be frozen");
                return -1;
            }
            break;
        }
    }
    b->realm = NULL;
    JS_REF_COUNT(b) = JS_REF_COUNT_IMMORTAL;
    return 0;
}

JSFrozenCode *JS_FreezeCode(JSContext *ctx, int count, JSValueConst *functions)
{
    JSRuntime *rt = ctx->rt;
    JSFrozenCode *frozen;
    uint32_t i;
    int n;

    frozen = js_mallocz(ctx, sizeof(*frozen));
    if (!frozen)
        return NULL;
    frozen->functions = js_malloc(ctx, sizeof(frozen->functions[0]) * count);
    if (!frozen->functions)
        return NULL;
    for (n = 0; n < count; n++) {
        if (JS_VALUE_GET_TAG(functions[n]) != JS_TAG_FUNCTION_BYTECODE) {
            JS_ThrowTypeError(ctx, "only the bytecode of scripts can be frozen");
            return NULL;
        }
        frozen->functions[n] = JS_VALUE_GET_PTR(functions[n]);
        if (js_freeze_function(ctx, frozen, frozen->functions[n]))
            return NULL;
    }
    frozen->function_count = count;
    /* last: templates were written with these */
    for (i = rt->atom_base; i < rt->atom_size; i++) {
        JSAtomStruct *p = rt->atom_array[i - rt->atom_base];
        if (!atom_is_free(p))
            JS_REF_COUNT(p) = JS_REF_COUNT_IMMORTAL;
    }
    frozen->atoms = rt->atom_array;
    frozen->atom_count = rt->atom_size - rt->atom_base;
    frozen->atom_hash = rt->atom_hash;
    frozen->atom_hash_mask = rt->atom_hash_size - 1;
    return frozen;
}

JSRuntime *JS_NewRuntimeFrozen(const JSMallocFunctions *mf, void *opaque,
                               const JSFrozenCode *frozen)
{
    js_once(&js_shared_atoms_once, js_shared_atoms_init);
    return js_new_runtime(mf, opaque, frozen);
}

JSValue JS_RunFrozen(JSContext *ctx, int index)
{
    const JSFrozenCode *frozen = ctx->rt->frozen;

    if (!frozen || index < 0 || index >= frozen->function_count)
        return JS_ThrowRangeError(ctx, "no frozen script %d", index);
    return JS_EvalFunction(ctx, JS_MKPTR(JS_TAG_FUNCTION_BYTECODE,
                                         frozen->functions[index]));
}
