/* Reads memory, to measure how fast that goes. */
#include "CKernels.h"

#if defined(__x86_64__)
#define EACH_SET __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define EACH_SET
#endif

EACH_SET uint64_t hr_read_words(const uint64_t *words, size_t count, size_t ahead) {
    /* Enough lanes that no addition waits for the one before. */
    enum { LANES = 64, LINE = 8 };
    uint64_t lanes[LANES] = {0}, all = 0;
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        if (ahead)
            for (size_t lane = 0; lane < LANES; lane += LINE) __builtin_prefetch(words + i + ahead + lane, 0, 2);
        for (size_t lane = 0; lane < LANES; lane++) lanes[lane] ^= words[i + lane];
    }
    for (; i < count; i++) all ^= words[i];
    for (size_t lane = 0; lane < LANES; lane++) all ^= lanes[lane];
    return all;
}
