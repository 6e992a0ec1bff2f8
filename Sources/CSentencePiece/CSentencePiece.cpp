#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "ModelCheck.h"

namespace sentencepiece::logging {
// Exported by the library, but in none of its installed headers. Without it a bad model prints lines of its own.
void SetMinLogLevel(int level);
}  // namespace sentencepiece::logging

struct CSPModel {
    sentencepiece::SentencePieceProcessor processor;

    bool contains(int32_t id) const { return id >= 0 && id < processor.GetPieceSize(); }
};

namespace {

constexpr int fatalOnly = 3;

// The one place where exceptions stop.
template <typename Result, typename Body>
Result *guarded(char **message, Body body) {
    try {
        return body();
    } catch (const std::exception &error) {
        if (message) *message = strdup(error.what());
    } catch (...) {
        if (message) *message = strdup("the SentencePiece library failed");
    }
    return nullptr;
}

void check(const sentencepiece::util::Status &status) {
    if (!status.ok()) throw std::runtime_error(status.message());
}

// One byte more than asked for, so that nothing at all is no NULL.
template <typename Element>
Element *copied(const Element *elements, size_t count) {
    auto *copy = static_cast<Element *>(std::malloc(count * sizeof(Element) + 1));
    if (!copy) throw std::bad_alloc();
    if (count) std::memcpy(copy, elements, count * sizeof(Element));
    return copy;
}

}  // namespace

CSPModel *csp_open(const void *bytes, size_t count, char **message) {
    return guarded<CSPModel>(message, [&] {
        const std::string_view file(static_cast<const char *>(bytes), count);
        if (count > INT_MAX) throw std::runtime_error("expected a model of less than 2 GiB");
        checkModel(file);
        sentencepiece::logging::SetMinLogLevel(fatalOnly);
        auto model = std::make_unique<CSPModel>();
        check(model->processor.LoadFromSerializedProto(file));
        return model.release();
    });
}

void csp_close(CSPModel *model) { delete model; }

int32_t csp_vocabulary_size(const CSPModel *model) { return model->processor.GetPieceSize(); }

int32_t csp_begin_id(const CSPModel *model) { return model->processor.bos_id(); }

int32_t csp_end_id(const CSPModel *model) { return model->processor.eos_id(); }

const char *csp_piece(const CSPModel *model, int32_t id, size_t *count) {
    if (!model->contains(id)) return nullptr;
    const std::string &piece = model->processor.IdToPiece(id);
    *count = piece.size();
    return piece.c_str();
}

CSPKind csp_kind(const CSPModel *model, int32_t id) {
    if (!model->contains(id) || model->processor.IsUnused(id)) return CSP_UNUSED;
    if (model->processor.IsByte(id)) return CSP_BYTE;
    if (model->processor.IsControl(id)) return CSP_CONTROL;
    return model->processor.IsUnknown(id) ? CSP_UNKNOWN : CSP_NORMAL;
}

int32_t csp_byte(const CSPModel *model, int32_t id) {
    if (csp_kind(model, id) != CSP_BYTE) return -1;
    // Written <0xE6>; the library has checked that a byte piece is.
    const std::string &piece = model->processor.IdToPiece(id);
    return piece.size() == 6 ? static_cast<int32_t>(std::strtol(piece.c_str() + 1, nullptr, 16)) & 0xff : -1;
}

int32_t *csp_encode(const CSPModel *model, const char *text, size_t count, size_t *ids_count, char **message) {
    return guarded<int32_t>(message, [&] {
        std::vector<int> ids;
        check(model->processor.Encode(std::string_view(text, count), &ids));
        *ids_count = ids.size();
        return copied<int32_t>(ids.data(), ids.size());
    });
}

char *csp_decode(const CSPModel *model, const int32_t *ids, size_t count, size_t *text_count, char **message) {
    return guarded<char>(message, [&] {
        std::string text;
        check(model->processor.Decode(std::vector<int>(ids, ids + count), &text));
        *text_count = text.size();
        return copied<char>(text.data(), text.size());
    });
}

void csp_free(void *memory) { std::free(memory); }
