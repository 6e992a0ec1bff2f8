#include "ModelCheck.h"

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

namespace {

// Field numbers of sentencepiece_model.proto.
constexpr uint64_t piecesField = 1, normalizerField = 3, denormalizerField = 5;
constexpr uint64_t pieceTextField = 1, characterMapField = 2;

[[noreturn]] void fail(size_t offset, const std::string &what) {
    throw std::runtime_error("byte " + std::to_string(offset) + ": " + what);
}

struct Field {
    uint64_t number;
    bool isBytes;
    size_t begin;
    size_t end;
};

// Walks the fields of one protobuf message, [at, end) in the file.
class Message {
public:
    Message(std::string_view file, size_t begin, size_t end) : file(file), at(begin), end(end) {}

    bool next(Field &field) {
        if (at == end) return false;
        const size_t start = at;
        const uint64_t key = varint();
        field = {key >> 3, (key & 7) == 2, at, at};
        switch (key & 7) {
        case 0: varint(); break;
        case 1: skip(8); break;
        case 2: {
            const uint64_t count = varint();
            field.begin = at;
            skip(count);
            break;
        }
        case 5: skip(4); break;
        default: fail(start, "expected a field of a SentencePiece model, found other bytes");
        }
        if (field.number == 0) fail(start, "expected a field of a SentencePiece model, found other bytes");
        field.end = at;
        return true;
    }

private:
    std::string_view file;
    size_t at;
    size_t end;

    uint64_t varint() {
        uint64_t value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at == end) fail(at, "expected more bytes, found the end");
            const uint8_t byte = static_cast<uint8_t>(file[at++]);
            value |= static_cast<uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        fail(at, "expected a number, found one beyond 64 bits");
    }

    void skip(uint64_t count) {
        if (count > end - at) {
            fail(at, "expected " + std::to_string(count) + " more bytes, found " + std::to_string(end - at));
        }
        at += count;
    }
};

// A character map is the size of a double-array trie, the trie (of darts-clone), and the texts that its values point
// into, each ended by a 0 byte. A look-up goes from unit i by byte b to unit i ^ offset ^ b, so all 256 must lie inside.
void checkCharacterMap(std::string_view map, size_t offset) {
    uint32_t trieSize = 0;
    if (map.size() <= sizeof trieSize) fail(offset, "expected a character map, found its beginning alone");
    std::memcpy(&trieSize, map.data(), sizeof trieSize);
    if (trieSize >= map.size() - sizeof trieSize || trieSize % 1024 != 0 || trieSize == 0) {
        fail(offset, "expected the size of a character map's trie, found " + std::to_string(trieSize));
    }
    const std::string_view trie = map.substr(sizeof trieSize, trieSize);
    const std::string_view texts = map.substr(sizeof trieSize + trieSize);
    if (texts.back() != 0) fail(offset + map.size() - 1, "expected a character map's last text to end");
    const size_t units = trieSize / 4;
    for (size_t index = 0; index < units; index++) {
        uint32_t unit = 0;
        std::memcpy(&unit, trie.data() + 4 * index, sizeof unit);
        const bool isValue = unit >> 31;
        const size_t shift = (unit >> 10) << ((unit & (1u << 9)) >> 6);
        const bool fits = isValue ? (unit & 0x7fffffffu) < texts.size() : ((index ^ shift) | 0xff) < units;
        if (!fits) fail(offset + sizeof trieSize + 4 * index, "a character map points outside itself");
    }
}

void checkNormalizer(std::string_view file, const Field &normalizer, bool mayMap) {
    Message message(file, normalizer.begin, normalizer.end);
    Field field;
    while (message.next(field)) {
        if (field.number != characterMapField || !field.isBytes || field.begin == field.end) continue;
        if (!mayMap) fail(field.begin, "rules that change decoded text are not supported");
        checkCharacterMap(file.substr(field.begin, field.end - field.begin), field.begin);
    }
}

// The library's tries cannot hold a 0 byte.
void checkPiece(std::string_view file, const Field &piece) {
    Message message(file, piece.begin, piece.end);
    Field field;
    while (message.next(field)) {
        if (field.number != pieceTextField || !field.isBytes) continue;
        const size_t zero = file.substr(field.begin, field.end - field.begin).find('\0');
        if (zero != std::string_view::npos) fail(field.begin + zero, "expected a piece's text, found a 0 byte");
    }
}

}  // namespace

void checkModel(std::string_view file) {
    if (file.empty()) fail(0, "expected a SentencePiece model, found nothing");
    Message message(file, 0, file.size());
    Field field;
    while (message.next(field)) {
        if (!field.isBytes) continue;
        if (field.number == piecesField) checkPiece(file, field);
        if (field.number == normalizerField) checkNormalizer(file, field, true);
        if (field.number == denormalizerField) checkNormalizer(file, field, false);
    }
}
