/*
 * Coverage: which statements, functions and branches of a text there are, and how
 * often they ran. Included in quickjs.c behind the emitters of its compiler, which
 * calls this at every such place. The places are those of istanbul-lib-instrument.
 *
 * Points are known by their index within the text; -1 stands for none, where nothing
 * is counted.
 */

/* Cold: what calls it stands apart in the interpreter, whose other instructions stay
   where they were. */
static no_inline __attribute__((cold)) void qb_cover_count(JSRuntime *rt, uint32_t number)
{
    QBCoverHost *host = &rt->cover;
    uint64_t *count;

    if (number >= host->size)
        return;
    /* others read it meanwhile; nobody else writes */
    count = &host->counts[number];
    __atomic_store_n(count, __atomic_load_n(count, __ATOMIC_RELAXED) + 1,
                     __ATOMIC_RELAXED);
}

/* A new point that begins at `start`, not counted by itself. */
static int qb_cover_add(JSParseState *s, int kind, int branch, const uint8_t *start)
{
    QBCover *c = s->cover;
    JSCoverPoint *points;
    uint32_t size;

    if (!c || kind == JS_COVER_NONE || (kind == JS_COVER_ARM && branch < 0))
        return -1;
    if (c->count == c->size) {
        size = max_int(c->size * 2, 64);
        points = js_realloc_rt(s->ctx->rt, c->points, size * sizeof(*points));
        if (!points) {
            c->failed = true;
            return -1;
        }
        c->points = points;
        c->size = size;
    }
    c->points[c->count] = (JSCoverPoint){
        .kind = kind,
        .start = start - s->buf_start,
        .branch = kind == JS_COVER_ARM ? branch : 0,
    };
    return c->count++;
}

/* Count a point here. */
static void qb_cover_emit(JSParseState *s, int point)
{
    if (point >= 0) {
        emit_op(s, OP_cover_point);
        emit_u32(s, s->cover->base + point);
    }
}

/* A point that begins with the current token and is counted here. */
static int qb_cover_open(JSParseState *s, int kind)
{
    int point = qb_cover_add(s, kind, 0, s->token.ptr);

    qb_cover_emit(s, point);
    return point;
}

/* A point ends with the last token. */
static void qb_cover_close(JSParseState *s, int point)
{
    if (point >= 0)
        s->cover->points[point].end = s->last_ptr - s->buf_start;
}

/* One way that a branch can go, which is taken here. */
static int qb_cover_arm(JSParseState *s, int branch)
{
    int point = qb_cover_add(s, JS_COVER_ARM, branch, s->token.ptr);

    qb_cover_emit(s, point);
    return point;
}

/* The default value, next, of what began at `start`: a branch of one arm, which is
   returned. */
static int qb_cover_default(JSParseState *s, const uint8_t *start)
{
    return qb_cover_arm(s, qb_cover_add(s, JS_COVER_DEFAULT, 0, start));
}

/* An arm and its branch end with the last token. */
static void qb_cover_close_arm(JSParseState *s, int arm)
{
    if (arm >= 0) {
        qb_cover_close(s, arm);
        qb_cover_close(s, s->cover->points[arm].branch);
    }
}

/* A function whose body begins with the current token. */
static int qb_cover_function(JSParseState *s, const uint8_t *start,
                             const uint8_t *name, const uint8_t *name_end)
{
    int point = qb_cover_open(s, JS_COVER_FUNCTION);
    JSCoverPoint *p;

    if (point >= 0) {
        p = &s->cover->points[point];
        p->declared = (name ? name : start) - s->buf_start;
        if (name)
            p->name_end = name_end - s->buf_start;
    }
    return point;
}

/* Where the class member begins whose function comes next: its text begins behind
   `static`. The answer is that of this one, or NULL. */
static const uint8_t *qb_cover_member(JSParseState *s, const uint8_t *start)
{
    const uint8_t *before;

    if (!s->cover)
        return NULL;
    before = s->cover->member;
    s->cover->member = start;
    return before;
}

/* What the initializer of the next pattern counts as; the answer is what that of this
   one does. */
static int qb_cover_pattern(JSParseState *s, int kind)
{
    int before;

    if (!s->cover)
        return JS_COVER_NONE;
    before = s->cover->pattern;
    s->cover->pattern = kind;
    return before;
}

/* Whether such a token begins what is a statement for certain. */
static bool qb_cover_is_statement(int tok)
{
    switch (tok) {
    case TOK_RETURN:
    case TOK_THROW:
    case TOK_IF:
    case TOK_WHILE:
    case TOK_DO:
    case TOK_FOR:
    case TOK_BREAK:
    case TOK_CONTINUE:
    case TOK_SWITCH:
    case TOK_TRY:
    case TOK_WITH:
    case TOK_DEBUGGER:
        return true;
    default:
        return false;
    }
}

/* Logical operators: `a && b || (c && d)` is one branch with an arm for each operand
   that is no such operation itself. Which those are shows only behind them. */

/* Whether what began at `start` and ends with the last token is the last chain. */
static bool qb_cover_is_logical(JSParseState *s, const uint8_t *start)
{
    QBCover *c = s->cover;

    return c->logical >= 0 && c->logical_start == start &&
        c->logical_end == s->last_ptr;
}

/* Behind the first operand: the branch. */
static int qb_cover_logical(JSParseState *s, const uint8_t *start)
{
    int branch, arm;

    if (!s->cover)
        return -1;
    if (qb_cover_is_logical(s, start))
        return s->cover->logical;
    branch = qb_cover_add(s, JS_COVER_LOGICAL, 0, start);
    arm = qb_cover_add(s, JS_COVER_ARM, branch, start);
    qb_cover_emit(s, arm);
    qb_cover_close(s, arm);
    return branch;
}

/* Behind a further operand, which `arm` was made for: where it is a chain itself,
   its arms become ours. */
static void qb_cover_leaf(JSParseState *s, int arm)
{
    QBCover *c = s->cover;
    uint32_t i;
    int inner;

    if (arm < 0)
        return;
    qb_cover_close(s, arm);
    if (!qb_cover_is_logical(s, s->buf_start + c->points[arm].start))
        return;
    inner = c->logical;
    for (i = inner; i < c->count; i++) {
        if (c->points[i].kind == JS_COVER_ARM && c->points[i].branch == inner)
            c->points[i].branch = c->points[arm].branch;
    }
    c->points[inner].kind = JS_COVER_NONE;
    c->points[arm].kind = JS_COVER_NONE;
}

static void qb_cover_close_logical(JSParseState *s, int branch, const uint8_t *start)
{
    QBCover *c = s->cover;

    if (branch < 0)
        return;
    c->points[branch].start = start - s->buf_start;
    qb_cover_close(s, branch);
    c->logical = branch;
    c->logical_start = start;
    c->logical_end = s->last_ptr;
}

/* Before a text is parsed; `cover` lives as long as the parsing. */
static void qb_cover_begin(JSParseState *s, QBCover *cover, int flags)
{
    QBCoverHost *host = &s->ctx->rt->cover;
    int64_t base;

    if (likely(!host->begin))
        return;
    base = host->begin(s->ctx, s->filename, (const char *)s->buf_start,
                       s->buf_end - s->buf_start, flags, host->opaque);
    if (base < 0)
        return;
    *cover = (QBCover){
        .base = base,
        .pattern = JS_COVER_DEFAULT,
        .logical = -1,
    };
    s->cover = cover;
}

static void qb_cover_end(JSParseState *s, int err)
{
    QBCoverHost *host = &s->ctx->rt->cover;
    QBCover *c = s->cover;

    if (likely(!c))
        return;
    if (!err && !c->failed)
        host->end(s->ctx, (const char *)s->buf_start, s->buf_end - s->buf_start,
                  c->points, c->count, host->opaque);
    js_free_rt(s->ctx->rt, c->points);
    s->cover = NULL;
}

void JS_SetContextCover(JSContext *ctx, JSCoverBegin *begin, JSCoverEnd *end,
                        void *opaque)
{
    QBCoverHost *host = &ctx->rt->cover;

    host->begin = begin;
    host->end = end;
    host->opaque = opaque;
}

void JS_SetContextCoverCounts(JSContext *ctx, uint64_t *counts, uint32_t size)
{
    QBCoverHost *host = &ctx->rt->cover;

    host->counts = counts;
    host->size = size;
}
