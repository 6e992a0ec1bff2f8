#include "CKernels.h"
#include "sets.h"

#include <stdlib.h>
#include <string.h>

const hr_kernels *hr_kernels_named(const char *name) {
    if (strcmp(name, "plain") == 0) return &hr_plain_set;
#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("f16c"))
        return &hr_avx2_set;
    if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bf16"))
        return &hr_avx512_set;
#endif
    return NULL;
}

const hr_kernels *hr_kernels_widest(void) {
    const char *names[] = {"avx512", "avx2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const hr_kernels *set = hr_kernels_named(names[i]);
        if (set) return set;
    }
    return &hr_plain_set;
}

const hr_kernels *hr_kernels_selected(void) {
    const char *wish = getenv("HEADROOM_KERNELS");
    const hr_kernels *set = wish ? hr_kernels_named(wish) : NULL;
    return set ? set : hr_kernels_widest();
}

void hr_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}
