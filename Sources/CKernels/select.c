#include "CKernels.h"
#include "sets.h"

#include <stdlib.h>
#include <string.h>

const hr_kernels *hr_kernels_selected(void) {
    const char *wish = getenv("HEADROOM_KERNELS");
    if (wish && strcmp(wish, "plain") == 0) return &hr_plain_set;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c"))
        return &hr_avx2_set;
#endif
    return &hr_plain_set;
}

const hr_kernels *hr_kernels_plain(void) { return &hr_plain_set; }
