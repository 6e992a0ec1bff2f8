#ifndef HEADROOM_MODELCHECK_H
#define HEADROOM_MODELCHECK_H

#include <string_view>

// Looks at a model's bytes before the library does, because the library trusts some of them: it follows the offsets in
// a normalizer's character map wherever they lead. Throws std::runtime_error, with the byte's offset in the message.
void checkModel(std::string_view model);

#endif
