/* The inner loops over weights of 8 bit. A matrix is [rows, columns] whole numbers, rows contiguous; every row is cut
   into groups of `group` columns, the last one perhaps shorter, and a weight is its number times its group's scale:
   scales are [rows, groups]. As for all kernels, a result depends on the row and the token alone. */
#ifndef HEADROOM_INT8_KERNELS_H
#define HEADROOM_INT8_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* The set's name: "plain", "avx2" or "avx512". */
    const char *name;

    /* out[t * out_stride + r] = sum over groups g of scales[r][g] * (sum over the group's columns c of
       weights[r][c] * in[t * in_stride + c]), for t < tokens, r < rows; group > 0. */
    void (*dot_rows)(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                     const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride);

    /* out[r * columns + c] = weights[r][c] * scales[r][c / group]. */
    void (*widen)(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group, float *out);
} hr_int8_kernels;

/* The set of the same name as hr_kernels_selected(). */
const hr_int8_kernels *hr_int8_kernels_selected(void);

/* The set of that name; null where there is none or this machine cannot run it. */
const hr_int8_kernels *hr_int8_kernels_named(const char *name);

#endif
