/*
 * Intrinsics on first touch.
 *
 * Included by quickjs.c, after all intrinsics. The globals of an intrinsic here are
 * AUTOINIT properties (JS_DEF_LAZY). The first touch of any of them, or the
 * first object of one of its classes that the engine or its host makes, builds
 * the whole intrinsic, after which nothing tells the context from one that was
 * built at once.
 */

static int js_build_stack(JSContext *ctx, int class_id, const char *name,
                          const JSCFunctionListEntry *funcs, int n_funcs)
{
    /* Used to squelch a -Wcast-function-type warning. */
    JSCFunctionType ft = { .constructor_magic = js_disposable_stack_constructor };
    JSValue ctor;

    ctor = JS_NewCConstructor(ctx, class_id, name, ft.constructor, 0,
                              JS_CFUNC_constructor_or_func_magic, class_id,
                              JS_UNDEFINED, NULL, 0, funcs, n_funcs, 0);
    if (JS_IsException(ctor))
        return -1;
    JS_FreeValue(ctx, ctor);
    return 0;
}

static int js_build_disposable_stack(JSContext *ctx)
{
    return js_build_stack(ctx, JS_CLASS_DISPOSABLE_STACK, "DisposableStack",
                          js_disposable_stack_proto_funcs,
                          countof(js_disposable_stack_proto_funcs));
}

static int js_build_async_disposable_stack(JSContext *ctx)
{
    return js_build_stack(ctx, JS_CLASS_ASYNC_DISPOSABLE_STACK, "AsyncDisposableStack",
                          js_async_disposable_stack_proto_funcs,
                          countof(js_async_disposable_stack_proto_funcs));
}

enum {
    JS_LAZY_DATE,
    JS_LAZY_MAP_SET,
    JS_LAZY_TYPED_ARRAYS,
    JS_LAZY_WEAK_REF,
    JS_LAZY_DISPOSABLE_STACK,
    JS_LAZY_ASYNC_DISPOSABLE_STACK,
    JS_LAZY_COUNT,
};

static int js_lazy_build(JSContext *ctx, int id);

static JSValue js_lazy_intrinsic(JSContext *ctx, const char *name, int id)
{
    /* fills the property that asks, too */
    return js_lazy_build(ctx, id) ? JS_EXCEPTION : JS_UNDEFINED;
}

#define LAZY(name, id) JS_LAZY_DEF(name, js_lazy_intrinsic, JS_LAZY_##id)

static const JSCFunctionListEntry js_lazy_globals[] = {
    LAZY("Date", DATE),
    LAZY("Map", MAP_SET),
    LAZY("Set", MAP_SET),
    LAZY("WeakMap", MAP_SET),
    LAZY("WeakSet", MAP_SET),
    LAZY("ArrayBuffer", TYPED_ARRAYS),
    LAZY("SharedArrayBuffer", TYPED_ARRAYS),
    LAZY("Uint8ClampedArray", TYPED_ARRAYS),
    LAZY("Int8Array", TYPED_ARRAYS),
    LAZY("Uint8Array", TYPED_ARRAYS),
    LAZY("Int16Array", TYPED_ARRAYS),
    LAZY("Uint16Array", TYPED_ARRAYS),
    LAZY("Int32Array", TYPED_ARRAYS),
    LAZY("Uint32Array", TYPED_ARRAYS),
    LAZY("BigInt64Array", TYPED_ARRAYS),
    LAZY("BigUint64Array", TYPED_ARRAYS),
    LAZY("Float16Array", TYPED_ARRAYS),
    LAZY("Float32Array", TYPED_ARRAYS),
    LAZY("Float64Array", TYPED_ARRAYS),
    LAZY("DataView", TYPED_ARRAYS),
    LAZY("WeakRef", WEAK_REF),
    LAZY("FinalizationRegistry", WEAK_REF),
    LAZY("DisposableStack", DISPOSABLE_STACK),
    LAZY("AsyncDisposableStack", ASYNC_DISPOSABLE_STACK),
};

#undef LAZY

static const struct {
    int (*build)(JSContext *ctx);
    JSClassID first_class, last_class;
} js_lazy_intrinsics[JS_LAZY_COUNT] = {
    [JS_LAZY_DATE] =
        { js_build_date, JS_CLASS_DATE, JS_CLASS_DATE },
    [JS_LAZY_MAP_SET] =
        { js_build_map_set, JS_CLASS_MAP, JS_CLASS_WEAKSET },
    [JS_LAZY_TYPED_ARRAYS] =
        { js_build_typed_arrays, JS_CLASS_ARRAY_BUFFER, JS_CLASS_DATAVIEW },
    [JS_LAZY_WEAK_REF] =
        { js_build_weak_ref, JS_CLASS_WEAK_REF, JS_CLASS_FINALIZATION_REGISTRY },
    [JS_LAZY_DISPOSABLE_STACK] =
        { js_build_disposable_stack,
          JS_CLASS_DISPOSABLE_STACK, JS_CLASS_DISPOSABLE_STACK },
    [JS_LAZY_ASYNC_DISPOSABLE_STACK] =
        { js_build_async_disposable_stack,
          JS_CLASS_ASYNC_DISPOSABLE_STACK, JS_CLASS_ASYNC_DISPOSABLE_STACK },
};

static int js_lazy_add(JSContext *ctx, int id)
{
    int i;

    for (i = 0; i < countof(js_lazy_globals); i++) {
        if (js_lazy_globals[i].magic == id &&
            JS_SetPropertyFunctionList(ctx, ctx->global_obj,
                                       &js_lazy_globals[i], 1))
            return -1;
    }
    ctx->lazy_intrinsics |= 1 << id;
    return 0;
}

/* JS_NewCConstructor() defines the constructors in an object of our own at
   first, since the caller may be looking at a property of the global object,
   and since a failure must leave no half of them behind. */
static int js_lazy_build(JSContext *ctx, int id)
{
    JSObject *p = JS_VALUE_GET_OBJ(ctx->global_obj);
    JSValue made, outer;
    int i, ret;

    if (!(ctx->lazy_intrinsics & (1 << id)))
        return 0;
    if (ctx->lazy_building & (1 << id)) {
        /* Error.prepareStackTrace asks while the build is out of memory */
        JS_ThrowOutOfMemory(ctx);
        return -1;
    }
    made = JS_NewObjectProto(ctx, JS_NULL);
    if (JS_IsException(made))
        return -1;
    outer = ctx->ctor_target;
    ctx->ctor_target = made;
    ctx->lazy_building |= 1 << id;
    ret = js_lazy_intrinsics[id].build(ctx);
    ctx->lazy_building &= ~(1 << id);
    ctx->ctor_target = outer;
    /* from here on, nothing below fails */
    if (ret == 0)
        ret = js_shape_prepare_update(ctx, p, NULL);
    if (ret) {
        for (i = js_lazy_intrinsics[id].first_class;
             i <= js_lazy_intrinsics[id].last_class; i++)
            set_value(ctx, &ctx->class_proto[i], JS_NULL);
        JS_FreeValue(ctx, made);
        return -1;
    }
    ctx->lazy_intrinsics &= ~(1 << id);
    for (i = 0; i < countof(js_lazy_globals); i++) {
        const JSCFunctionListEntry *e = &js_lazy_globals[i];
        JSShapeProperty *prs;
        JSProperty *pr;
        JSAtom name;

        if (e->magic != id)
            continue;
        name = find_atom(ctx, e->name);
        prs = find_own_property(&pr, p, name);
        /* not if the program has overwritten or deleted it */
        if (prs && (prs->flags & JS_PROP_TMASK) == JS_PROP_AUTOINIT &&
            pr->u.init.opaque == e) {
            js_autoinit_free(ctx->rt, pr);
            prs->flags &= ~JS_PROP_TMASK;
            pr->u.value = JS_GetProperty(ctx, made, name);
        }
        JS_FreeAtom(ctx, name);
    }
    JS_FreeValue(ctx, made);
    return 0;
}

/* Called when class_proto[class_id] is not there. */
static int js_lazy_class(JSContext *ctx, int class_id)
{
    int i;

    for (i = 0; i < JS_LAZY_COUNT; i++) {
        if (class_id >= js_lazy_intrinsics[i].first_class &&
            class_id <= js_lazy_intrinsics[i].last_class)
            return js_lazy_build(ctx, i);
    }
    return 0;
}

int JS_AddIntrinsicDate(JSContext *ctx)
{
    return js_lazy_add(ctx, JS_LAZY_DATE);
}

int JS_AddIntrinsicMapSet(JSContext *ctx)
{
    return js_lazy_add(ctx, JS_LAZY_MAP_SET);
}

int JS_AddIntrinsicTypedArrays(JSContext *ctx)
{
    if (js_lazy_add(ctx, JS_LAZY_TYPED_ARRAYS))
        return -1;
#ifdef CONFIG_ATOMICS
    if (JS_AddIntrinsicAtomics(ctx))
        return -1;
#endif
    return 0;
}

int JS_AddIntrinsicWeakRef(JSContext *ctx)
{
    return js_lazy_add(ctx, JS_LAZY_WEAK_REF);
}

static int js_add_disposable_stack(JSContext *ctx)
{
    return js_lazy_add(ctx, JS_LAZY_DISPOSABLE_STACK);
}

static int js_add_async_disposable_stack(JSContext *ctx)
{
    return js_lazy_add(ctx, JS_LAZY_ASYNC_DISPOSABLE_STACK);
}

static void js_lazy_build_all(JSContext *ctx)
{
    int i;

    for (i = 0; i < JS_LAZY_COUNT; i++)
        js_lazy_build(ctx, i);
}
