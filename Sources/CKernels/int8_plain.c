/* The plain set over weights of 8 bit: what the header states, and the twin of int8_avx2.c and int8_avx512.c. */
#include "int8.h"

static void dot_rows(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group,
                     const float *in, size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    size_t groups = hr_groups(columns, group);
    for (size_t t = 0; t < tokens; t++) {
        for (size_t r = 0; r < rows; r++) {
            float sum = 0;
            for (size_t g = 0; g < groups; g++) {
                float part = 0;
                for (size_t c = g * group; c < hr_group_end(g * group, columns, group); c++)
                    part += (float)weights[r * columns + c] * in[t * in_stride + c];
                sum += part * scales[r * groups + g];
            }
            out[t * out_stride + r] = sum;
        }
    }
}

static void widen(const int8_t *weights, const float *scales, size_t rows, size_t columns, size_t group, float *out) {
    size_t groups = hr_groups(columns, group);
    for (size_t r = 0; r < rows; r++) {
        for (size_t c = 0; c < columns; c++)
            out[r * columns + c] = (float)weights[r * columns + c] * scales[r * groups + c / group];
    }
}

const hr_int8_kernels hr_int8_plain = {"plain", dot_rows, widen};
