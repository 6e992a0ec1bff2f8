/* The few inner loops that need the vector unit. Each stands twice: plain C (plain.c), and for AVX2 (avx2.c);
   hr_kernels_selected() says which set this process uses. No function allocates, keeps state or can fail.
   Order of summation: within a set, a result depends on the row and the token alone, never on how many rows or
   tokens a call has, so that a sequence's numbers do not depend on its neighbours in a batch. */
#ifndef HEADROOM_CKERNELS_H
#define HEADROOM_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* The set's name: "plain" or "avx2". */
    const char *name;

    /* out[t * out_stride + r] = sum over c of weights[r * row_stride + c] * in[t * in_stride + c],
       for t < tokens, r < rows, c < columns. Weights in float32. */
    void (*dot_rows_f32)(const float *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                         size_t in_stride, size_t tokens, float *out, size_t out_stride);
    /* The same with weights in bfloat16. */
    void (*dot_rows_bf16)(const uint16_t *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                          size_t in_stride, size_t tokens, float *out, size_t out_stride);

    /* out[i] = in[i], widened: from bfloat16, and from IEEE 754 halves. */
    void (*widen_bf16)(const uint16_t *in, size_t count, float *out);
    void (*widen_f16)(const uint16_t *in, size_t count, float *out);

    /* values[i] becomes exp(values[i] * scale - m) / sum, m the largest of values[i] * scale; count > 0. */
    void (*softmax)(float *values, size_t count, float scale);

    /* out[d] = sum over s of weights[s] * rows[s * width + d], for d < width. */
    void (*weighted_sum)(const float *weights, const float *rows, size_t count, size_t width, float *out);

    /* out[i] = in[i] * gain[i] / sqrt(mean(in * in) + epsilon). */
    void (*rms_norm)(const float *in, const float *gain, size_t count, float epsilon, float *out);

    /* gate[i] becomes silu(gate[i]) * up[i]. */
    void (*swiglu)(float *gate, const float *up, size_t count);

    /* log of the sum of exp(values[i]); count > 0. */
    double (*log_sum_exp)(const float *values, size_t count);
} hr_kernels;

/* The set chosen for this machine; "plain" where HEADROOM_KERNELS=plain is in the environment. */
const hr_kernels *hr_kernels_selected(void);

/* The plain set, to hold the others to. */
const hr_kernels *hr_kernels_plain(void);

/* The exclusive or of `count` words: reads memory as fast as one core can, to measure what that is. */
uint64_t hr_read_words(const uint64_t *words, size_t count);

#endif
