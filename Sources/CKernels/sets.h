#ifndef HEADROOM_KERNEL_SETS_H
#define HEADROOM_KERNEL_SETS_H

#include "CKernels.h"

extern const hr_kernels hr_plain_set;
#if defined(__x86_64__)
extern const hr_kernels hr_avx2_set;
extern const hr_kernels hr_avx512_set;
#endif

#endif
