/* The few inner loops that need the vector unit. Each stands in plain C (plain.c), for AVX2 (avx2.c) and for AVX-512
   (avx512.c); hr_kernels_selected() says which set this process uses. No function allocates, keeps state or can fail.
   Order of summation: within a set, a result depends on the row and the token alone, never on how many rows or
   tokens a call has, so that a sequence's numbers do not depend on its neighbours in a batch. */
#ifndef HEADROOM_CKERNELS_H
#define HEADROOM_CKERNELS_H

#include "Int8Kernels.h"

#include <stddef.h>
#include <stdint.h>

/* Slots of the cache that attention reads at a time: their keys and values stay in the first-level cache meanwhile. */
enum { HR_SLOT_BLOCK = 64 };

/* Attention of some queries of one head over its slots. */
typedef struct {
    /* [count, width]; and where the results go, `width` channels every `stride` floats. */
    const float *queries;
    float *out;
    size_t stride, count, width;

    /* [slots, width] each. Query i sees the first visible[i] of them; visible is [count], rising. */
    const float *keys, *values;
    const size_t *visible;

    /* Null, or one more key and value for each query, [count, width] each. */
    const float *partial_keys, *partial_values;

    /* Scores are multiplied by it. */
    float scale;
    /* Room for count * (HR_SLOT_BLOCK + 4) floats. */
    float *scratch;
} hr_attention;

typedef struct {
    /* The set's name: "plain", "avx2" or "avx512". */
    const char *name;

    /* out[t * out_stride + r] = sum over c of weights[r * row_stride + c] * in[t * in_stride + c],
       for t < tokens, r < rows, c < columns. Weights in float32. */
    void (*dot_rows_f32)(const float *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                         size_t in_stride, size_t tokens, float *out, size_t out_stride);
    /* The same with weights in IEEE 754 halves. */
    void (*dot_rows_f16)(const uint16_t *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                         size_t in_stride, size_t tokens, float *out, size_t out_stride);
    /* The same with weights in bfloat16, and with weights and input in it. Sums are float32 always. The AVX-512 set takes
       bfloat16 numbers smaller than the smallest normal one as 0 where both are in it. */
    void (*dot_rows_bf16)(const uint16_t *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                          size_t in_stride, size_t tokens, float *out, size_t out_stride);
    void (*dot_rows_narrow)(const uint16_t *weights, size_t rows, size_t row_stride, size_t columns,
                            const uint16_t *in, size_t in_stride, size_t tokens, float *out, size_t out_stride);

    /* out[i] = in[i], widened: from bfloat16, and from IEEE 754 halves. */
    void (*widen_bf16)(const uint16_t *in, size_t count, float *out);
    void (*widen_f16)(const uint16_t *in, size_t count, float *out);
    /* out[i] = in[i], rounded to the nearest bfloat16, of two equally near to the even one. What is smaller than the
       smallest normal number may become 0. */
    void (*narrow_bf16)(const float *in, size_t count, uint16_t *out);

    /* values[i] becomes exp(values[i] * scale - m) / sum, m the largest of values[i] * scale; count > 0. */
    void (*softmax)(float *values, size_t count, float scale);

    /* Softmax as values come in: values[i] becomes exp(values[i] * scale - m), m the largest of them and of *largest,
       which becomes m; *sum takes them in. Gives the factor by which everything before has shrunk. Begin with -INFINITY
       and 0; count > 0. */
    float (*softmax_step)(float *values, size_t count, float scale, float *largest, float *sum);

    /* out[t * out_stride + d] = keep[t] * out[t * out_stride + d]
                                 + sum over s of weights[t * weight_stride + s] * rows[s * width + d],
       for t < tokens, d < width, s < count, in the order of s. Where keep[t] is 0, what was in out does not matter. */
    void (*weighted_sums)(const float *weights, size_t weight_stride, size_t tokens, const float *rows, size_t count,
                          size_t width, const float *keep, float *out, size_t out_stride);

    /* out of each query = the sum of the values it sees, weighted by the softmax of its scores (query . key * scale).
       A query sees at least one. Slots are taken in blocks and in one pass: the softmax is corrected as larger scores
       come (Milakov and Gimelshein, 2018). A query's result has the same bits whatever other queries there are, and
       whether its last slot is one of `keys` or its own partial one. */
    void (*attend)(const hr_attention *attention);

    /* out[i] = in[i] * gain[i] / sqrt(mean(in * in) + epsilon). */
    void (*rms_norm)(const float *in, const float *gain, size_t count, float epsilon, float *out);

    /* gate[i] becomes silu(gate[i]) * up[i]. */
    void (*swiglu)(float *gate, const float *up, size_t count);

    /* log of the sum of exp(values[i]); count > 0. */
    double (*log_sum_exp)(const float *values, size_t count);
} hr_kernels;

/* The widest set that this machine can run. */
const hr_kernels *hr_kernels_widest(void);

/* The set chosen for this process: the widest, or the one that HEADROOM_KERNELS names in the environment. */
const hr_kernels *hr_kernels_selected(void);

/* The set of that name; null where there is none or this machine cannot run it. */
const hr_kernels *hr_kernels_named(const char *name);

/* Tells the processor that this thread is waiting for another one. */
void hr_pause(void);

/* The exclusive or of `count` words: reads memory as fast as one core can, to measure what that is. Where `ahead` is not 0,
   it asks for what lies so many words ahead, into the second level of the cache. */
uint64_t hr_read_words(const uint64_t *words, size_t count, size_t ahead);

#endif
