#ifndef HEADROOM_INT8_SETS_H
#define HEADROOM_INT8_SETS_H

#include "Int8Kernels.h"

extern const hr_int8_kernels hr_int8_plain;
#if defined(__x86_64__)
extern const hr_int8_kernels hr_int8_avx2, hr_int8_avx512;
#endif

/* Groups in a row. */
static inline size_t hr_groups(size_t columns, size_t group) { return (columns + group - 1) / group; }

/* Where a group that begins at `start` ends. */
static inline size_t hr_group_end(size_t start, size_t columns, size_t group) {
    return columns - start < group ? columns : start + group;
}

#endif
