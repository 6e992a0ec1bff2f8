#include "CGnuplot.h"

#include <gnuplot-iostream.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "GnuplotProcess.h"
#include "SignalGuard.h"

struct gnuplot_session {
    GnuplotProcess process;
    std::unique_ptr<gnuplotio::Gnuplot> stream;

    explicit gnuplot_session(const char *executable) : process(executable) {
        const int input = process.take_input();
        std::FILE *file = fdopen(input, "w");
        if (file == nullptr) {
            Descriptor closes(input);
            throw std::runtime_error("no stream to gnuplot");
        }
        stream.reset(new gnuplotio::Gnuplot(file));
    }

    ~gnuplot_session() {
        SignalGuard guard;
        stream.reset();
    }

    void require_stream() const {
        if (stream->good()) return;
        const std::string complaint = process.complaint();
        throw std::runtime_error(complaint.empty() ? "gnuplot no longer listens" : complaint);
    }
};

namespace {

void tell(char **message, const char *text) {
    if (message != nullptr) *message = strdup(text);
}

/// The one place where exceptions stop: `body`'s result, or `otherwise` and a message.
template <typename Result, typename Body>
Result guarded(char **message, Result otherwise, Body body) {
    if (message != nullptr) *message = nullptr;
    SignalGuard guard;
    try {
        return body();
    } catch (const std::exception &error) {
        tell(message, error.what());
    } catch (...) {
        tell(message, "an unknown error in gnuplot-iostream");
    }
    return otherwise;
}

std::vector<std::vector<double>> table(const double *values, size_t rows, size_t columns) {
    std::vector<std::vector<double>> result;
    result.reserve(rows);
    for (size_t row = 0; row < rows; ++row) result.emplace_back(values + row * columns, values + (row + 1) * columns);
    return result;
}

}  // namespace

gnuplot_session *gnuplot_session_start(const char *executable, char **message) {
    return guarded<gnuplot_session *>(message, nullptr, [&] { return new gnuplot_session(executable); });
}

bool gnuplot_session_send(gnuplot_session *session, const char *script, char **message) {
    return guarded(message, false, [&] {
        *session->stream << script << std::flush;
        session->require_stream();
        return true;
    });
}

bool gnuplot_session_send_table(gnuplot_session *session, const char *name, const double *values, size_t rows,
                                size_t columns, char **message) {
    return guarded(message, false, [&] {
        // gnuplot-iostream ends what it sends with a line "e"; so that is the word that ends the data block.
        *session->stream << "$" << name << " << e\n";
        if (rows > 0 && columns > 0) {
            session->stream->send1d(table(values, rows, columns));
        } else {
            *session->stream << "e\n" << std::flush;
        }
        session->require_stream();
        return true;
    });
}

bool gnuplot_session_finish(gnuplot_session *session, gnuplot_bytes *picture, char **message) {
    picture->bytes = nullptr;
    picture->count = 0;
    std::unique_ptr<gnuplot_session> owned(session);
    return guarded(message, false, [&] {
        owned->stream.reset();
        const int status = owned->process.wait();
        const std::string complaint = owned->process.complaint();
        if (status != 0) {
            throw std::runtime_error(complaint.empty() ? "gnuplot ended with " + std::to_string(status) : complaint);
        }
        const std::vector<uint8_t> output = owned->process.output();
        if (output.empty()) throw std::runtime_error(complaint.empty() ? "gnuplot drew nothing" : complaint);
        picture->bytes = static_cast<uint8_t *>(std::malloc(output.size()));
        if (picture->bytes == nullptr) throw std::bad_alloc();
        std::memcpy(picture->bytes, output.data(), output.size());
        picture->count = output.size();
        return true;
    });
}

void gnuplot_session_cancel(gnuplot_session *session) { delete session; }

void gnuplot_message_free(char *message) { std::free(message); }

void gnuplot_bytes_free(gnuplot_bytes *picture) {
    std::free(picture->bytes);
    picture->bytes = nullptr;
    picture->count = 0;
}
