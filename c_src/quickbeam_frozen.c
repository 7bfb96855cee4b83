/*
 * Code that many runtimes share: bytecode, its atoms, constants, debug tables and
 * source, with immortal reference counts and never written again (but for the table of
 * quickbeam_regexps.c).
 *
 * Included by quickjs.c. A runtime compiles or reads the code, and JS_FreezeCode()
 * makes of that runtime what others are made with: its table of atoms becomes a
 * part of theirs, between the process-wide atoms and their own, so that the atoms
 * in the bytecode mean the same everywhere. That runtime may share frozen code itself,
 * which then lies below its own. Frozen functions have no realm: a runtime that uses
 * them has one context.
 */

static uint32_t js_frozen_templates_end(const JSFrozenCode *frozen)
{
    return frozen ? frozen->first_template + frozen->template_count : 0;
}

static uint32_t js_frozen_template_count(const JSRuntime *rt)
{
    return js_frozen_templates_end(rt->frozen);
}

/* The template object `index`, made when it is first asked for. */
static no_inline JSValue js_frozen_template(JSContext *ctx, uint32_t index)
{
    const JSFrozenCode *frozen = ctx->rt->frozen;
    const JSFrozenTemplate *template;
    JSValue *made = ctx->frozen_templates;
    uint32_t i, count = js_frozen_templates_end(frozen);

    if (!made) {
        made = js_malloc(ctx, sizeof(*made) * count);
        if (!made)
            return JS_EXCEPTION;
        for (i = 0; i < count; i++)
            made[i] = JS_UNDEFINED;
        ctx->frozen_templates = made;
    }
    if (JS_IsUndefined(made[index])) {
        JSValue obj;
        while (index < frozen->first_template)
            frozen = frozen->below;
        template = &frozen->templates[index - frozen->first_template];
        obj = JS_ReadObject(ctx, template->data, template->size, JS_READ_OBJ_BYTECODE);
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
    *pval = JS_MKVAL(JS_TAG_CATCH_OFFSET,
                     frozen->first_template + frozen->template_count++);
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

/* The bytecode of a script or a module. */
static JSFunctionBytecode *js_frozen_function(JSContext *ctx, JSValueConst code,
                                              JSModuleDef **pmodule)
{
    *pmodule = NULL;
    if (JS_VALUE_GET_TAG(code) == JS_TAG_MODULE) {
        *pmodule = JS_VALUE_GET_PTR(code);
        code = (*pmodule)->func_obj;
    }
    if (JS_VALUE_GET_TAG(code) != JS_TAG_FUNCTION_BYTECODE) {
        JS_ThrowTypeError(ctx, "only the bytecode of scripts and modules can be frozen");
        return NULL;
    }
    return JS_VALUE_GET_PTR(code);
}

/* Their import attributes are strings, which are copied by reference. */
static int js_freeze_attributes(JSContext *ctx, JSModuleDef *m)
{
    int i, j;

    for (i = 0; i < m->req_module_entries_count; i++) {
        JSObject *p;
        if (!JS_IsObject(m->req_module_entries[i].attributes))
            continue;
        p = JS_VALUE_GET_OBJ(m->req_module_entries[i].attributes);
        for (j = 0; j < p->shape->prop_count; j++) {
            JSValue value = p->prop[j].u.value;
            if (JS_VALUE_GET_TAG(value) != JS_TAG_STRING) {
                JS_ThrowTypeError(ctx, "an import attribute cannot be frozen");
                return -1;
            }
            JS_REF_COUNT(JS_VALUE_GET_PTR(value)) = JS_REF_COUNT_IMMORTAL;
        }
    }
    return 0;
}

JSFrozenCode *JS_FreezeCode(JSContext *ctx, int count, JSValueConst *code)
{
    JSRuntime *rt = ctx->rt;
    JSFrozenCode *frozen;
    uint32_t i;
    int n;

    frozen = js_mallocz(ctx, sizeof(*frozen));
    if (!frozen)
        return NULL;
    frozen->below = rt->frozen;
    frozen->first_template = js_frozen_templates_end(rt->frozen);
    if (rt->frozen) {
        frozen->first_function = rt->frozen->first_function +
                                 rt->frozen->function_count;
    }
    frozen->functions = js_malloc(ctx, sizeof(frozen->functions[0]) * count);
    frozen->modules = js_malloc(ctx, sizeof(frozen->modules[0]) * count);
    if (!frozen->functions || !frozen->modules)
        return NULL;
    for (n = 0; n < count; n++) {
        JSFunctionBytecode *b = js_frozen_function(ctx, code[n], &frozen->modules[n]);
        if (!b || js_freeze_function(ctx, frozen, b))
            return NULL;
        if (frozen->modules[n] && js_freeze_attributes(ctx, frozen->modules[n]))
            return NULL;
        frozen->functions[n] = b;
    }
    frozen->function_count = count;
    /* sparse: every new name is looked for in here, and most are not */
    for (n = rt->atom_hash_size; n < rt->atom_count * 2; n *= 2)
        continue;
    if (JS_ResizeAtomHash(rt, n)) {
        JS_ThrowOutOfMemory(ctx);
        return NULL;
    }
    /* last: templates were written with these */
    for (i = rt->atom_base; i < rt->atom_size; i++) {
        JSAtomStruct *p = rt->atom_array[i - rt->atom_base];
        if (!atom_is_free(p))
            JS_REF_COUNT(p) = JS_REF_COUNT_IMMORTAL;
    }
    frozen->atoms = rt->atom_array;
    frozen->first_atom = rt->atom_base;
    frozen->atoms_end = rt->atom_size;
    frozen->atom_hash = rt->atom_hash;
    frozen->atom_hash_mask = rt->atom_hash_size - 1;
    frozen->regexps = js_new_shared_regexps();
    if (!frozen->regexps) {
        JS_ThrowOutOfMemory(ctx);
        return NULL;
    }
    return frozen;
}

void JS_FreeFrozenCode(JSFrozenCode *frozen)
{
    js_free_shared_regexps(frozen->regexps);
    frozen->regexps = NULL;
}

JSRuntime *JS_NewRuntimeFrozen(const JSMallocFunctions *mf, void *opaque,
                               const JSFrozenCode *frozen)
{
    js_once(&js_shared_atoms_once, js_shared_atoms_init);
    return js_new_runtime(mf, opaque, frozen);
}

/* The bytecode of code `index` of the runtime's, NULL where there is none. */
static JSFunctionBytecode *js_frozen_code(const JSRuntime *rt, int index,
                                          JSModuleDef **pmodule)
{
    const JSFrozenCode *frozen = rt->frozen;

    while (frozen && index < frozen->first_function)
        frozen = frozen->below;
    if (!frozen || index < 0 || index - frozen->first_function >= frozen->function_count)
        return NULL;
    *pmodule = frozen->modules[index - frozen->first_function];
    return frozen->functions[index - frozen->first_function];
}

JSValue JS_RunFrozen(JSContext *ctx, int index)
{
    JSModuleDef *m;
    JSFunctionBytecode *b = js_frozen_code(ctx->rt, index, &m);

    if (!b || m)
        return JS_ThrowRangeError(ctx, "no frozen script %d", index);
    return JS_EvalFunction(ctx, JS_MKPTR(JS_TAG_FUNCTION_BYTECODE, b));
}

/* A copy of `count` entries of `size` bytes: NULL for none. */
static int js_copy_entries(JSContext *ctx, void *pcopy, const void *entries,
                           int count, size_t size)
{
    void *copy = NULL;

    if (count) {
        copy = js_malloc(ctx, count * size);
        if (!copy)
            return -1;
        memcpy(copy, entries, count * size);
    }
    memcpy(pcopy, &copy, sizeof(copy));
    return 0;
}

/* Import attributes, an object of strings in the frozen runtime, for this one. */
static int js_copy_attributes(JSContext *ctx, JSValue *pcopy, JSValueConst attributes)
{
    JSObject *p;
    JSShapeProperty *prs;
    int i;

    if (!JS_IsObject(attributes))
        return 0;
    *pcopy = JS_NewObjectProto(ctx, JS_NULL);
    if (JS_IsException(*pcopy)) {
        *pcopy = JS_UNDEFINED;
        return -1;
    }
    p = JS_VALUE_GET_OBJ(attributes);
    prs = get_shape_prop(p->shape);
    for (i = 0; i < p->shape->prop_count; i++) {
        if (JS_DefinePropertyValue(ctx, *pcopy, prs[i].atom, p->prop[i].u.value,
                                   JS_PROP_C_W_E) < 0)
            return -1;
    }
    return 0;
}

#define COPY_ENTRIES(name)                                                  \
    (m->name##_count = m->name##_size = from->name##_count,                 \
     js_copy_entries(ctx, &m->name, from->name, from->name##_count,         \
                     sizeof(from->name[0])))

int JS_LoadFrozenModule(JSContext *ctx, int index)
{
    JSModuleDef *m, *from;
    JSFunctionBytecode *b = js_frozen_code(ctx->rt, index, &from);
    int i;

    if (!b || !from) {
        JS_ThrowRangeError(ctx, "no frozen module %d", index);
        return -1;
    }
    m = js_new_module_def(ctx, from->module_name);
    if (!m)
        return -1;
    /* their names are frozen atoms, which nobody counts */
    if (COPY_ENTRIES(export_entries) || COPY_ENTRIES(star_export_entries) ||
        COPY_ENTRIES(import_entries) || COPY_ENTRIES(req_module_entries))
        goto fail;
    for (i = 0; i < m->req_module_entries_count; i++)
        m->req_module_entries[i].attributes = JS_UNDEFINED;
    for (i = 0; i < m->req_module_entries_count; i++) {
        if (js_copy_attributes(ctx, &m->req_module_entries[i].attributes,
                               from->req_module_entries[i].attributes))
            goto fail;
    }
    m->has_tla = from->has_tla;
    m->func_obj = JS_MKPTR(JS_TAG_FUNCTION_BYTECODE, b);
    return 0;
 fail:
    m->export_entries_count = m->star_export_entries_count = 0;
    m->import_entries_count = m->req_module_entries_count = 0;
    js_free_module_def(ctx, m);
    return -1;
}

#undef COPY_ENTRIES
