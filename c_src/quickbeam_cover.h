/*
 * What quickjs.c keeps for coverage; see quickbeam_cover.c.
 */
#ifndef QUICKBEAM_COVER_H
#define QUICKBEAM_COVER_H

#include "quickbeam.h"

/* Of a runtime. */
typedef struct QBCoverHost {
    JSCoverBegin *begin; /* NULL: nothing is counted */
    JSCoverEnd *end;
    void *opaque;
    uint64_t *counts;
    uint32_t size;
} QBCoverHost;

/* Of the text that is being compiled. */
typedef struct QBCover {
    JSCoverPoint *points;
    uint32_t count;
    uint32_t size;
    uint32_t base; /* the number of the first one among all of the runtime */
    bool failed;   /* no memory for the points */
    int pattern;   /* what the initializer of the next pattern counts as */
    const uint8_t *member; /* where the class member begins that comes next, or NULL */
    /* the last chain of logical operators, with the parentheses around it */
    int logical;
    const uint8_t *logical_start;
    const uint8_t *logical_end;
    /* a string before this is a directive, which is no statement */
    const uint8_t *directives_end;
} QBCover;

#endif
