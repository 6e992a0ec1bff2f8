/* The plain set: what each kernel computes, as the header states it, and the twin that tests hold the others to. */
#include "sets.h"

#include <math.h>
#include <string.h>

static float widen(uint16_t narrow) {
    uint32_t bits = (uint32_t)narrow << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void dot_rows_f32(const float *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                         size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    for (size_t t = 0; t < tokens; t++) {
        for (size_t r = 0; r < rows; r++) {
            const float *row = weights + r * row_stride;
            float sum = 0;
            for (size_t c = 0; c < columns; c++) sum += row[c] * in[t * in_stride + c];
            out[t * out_stride + r] = sum;
        }
    }
}

static void dot_rows_bf16(const uint16_t *weights, size_t rows, size_t row_stride, size_t columns, const float *in,
                          size_t in_stride, size_t tokens, float *out, size_t out_stride) {
    for (size_t t = 0; t < tokens; t++) {
        for (size_t r = 0; r < rows; r++) {
            const uint16_t *row = weights + r * row_stride;
            float sum = 0;
            for (size_t c = 0; c < columns; c++) sum += widen(row[c]) * in[t * in_stride + c];
            out[t * out_stride + r] = sum;
        }
    }
}

static void widen_bf16(const uint16_t *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = widen(in[i]);
}

/* A half's exponent and fraction, put where a single has them, are 2^112 times too small, subnormal or not. */
static float widen_half(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7FFF, bits = rest << 13;
    float value;
    if (rest < 0x7C00) {
        memcpy(&value, &bits, sizeof value);
        value *= 0x1p112f;
        memcpy(&bits, &value, sizeof value);
    } else {
        bits |= rest == 0x7C00 ? 0x7F800000 : 0x7FC00000;
    }
    bits |= sign;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void widen_f16(const uint16_t *in, size_t count, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = widen_half(in[i]);
}

static void softmax(float *values, size_t count, float scale) {
    float largest = values[0] * scale;
    for (size_t i = 1; i < count; i++) largest = fmaxf(largest, values[i] * scale);
    float sum = 0;
    for (size_t i = 0; i < count; i++) {
        float scaled = values[i] * scale;
        values[i] = expf(scaled - largest);
        sum += values[i];
    }
    for (size_t i = 0; i < count; i++) values[i] /= sum;
}

static void weighted_sum(const float *weights, const float *rows, size_t count, size_t width, float *out) {
    for (size_t d = 0; d < width; d++) out[d] = 0;
    for (size_t s = 0; s < count; s++) {
        for (size_t d = 0; d < width; d++) out[d] += weights[s] * rows[s * width + d];
    }
}

static void rms_norm(const float *in, const float *gain, size_t count, float epsilon, float *out) {
    float squares = 0;
    for (size_t i = 0; i < count; i++) squares += in[i] * in[i];
    float factor = 1 / sqrtf(squares / (float)count + epsilon);
    for (size_t i = 0; i < count; i++) out[i] = in[i] * factor * gain[i];
}

static void swiglu(float *gate, const float *up, size_t count) {
    for (size_t i = 0; i < count; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
}

static double log_sum_exp(const float *values, size_t count) {
    float largest = values[0];
    for (size_t i = 1; i < count; i++) largest = fmaxf(largest, values[i]);
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += exp((double)values[i] - (double)largest);
    return (double)largest + log(sum);
}

const hr_kernels hr_plain_set = {
    "plain", dot_rows_f32, dot_rows_bf16, widen_bf16, widen_f16, softmax, weighted_sum, rms_norm, swiglu, log_sum_exp,
};
