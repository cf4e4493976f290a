#include "freshet/ingest/feeder.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

constexpr std::size_t kBuffer = 256 * 1024;
constexpr std::size_t kLargestPiece = 4 * kBuffer;  // longer lines are read here
constexpr std::size_t kPeek = 64 * 1024;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool has_line(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text.find('\n', first) != std::string_view::npos;
}

// memchr is the fastest loop over bytes that there is, also where nothing is optimized.
uint64_t count_lines(std::span<const char> text) noexcept {
  uint64_t lines = 0;
  const char *at = text.data(), *end = at + text.size();
  while (at != end && (at = static_cast<const char*>(
                           std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) != nullptr) {
    ++lines;
    ++at;
  }
  return lines;
}

}  // namespace

Feeder::Feeder(std::unique_ptr<Source> source, BadLines& bad_lines, std::size_t max_line,
               const StopFlag& stop, bool whole_lines) noexcept
    : source_(std::move(source)),
      bad_lines_(bad_lines),
      max_line_(max_line),
      stop_(stop),
      whole_lines_(whole_lines),
      buffer_(kBuffer + kPadding) {}

Result<bool> Feeder::refill() noexcept {
  if (is_last_ || is_failed_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    if (buffer_.size() > kLargestPiece + kPadding && end_ < kBuffer) {  // a long line is over
      buffer_.resize(kBuffer + kPadding);
      buffer_.shrink_to_fit();
    }
  }
  if (end_ + kPadding >= buffer_.size()) buffer_.resize(2 * (buffer_.size() - kPadding) + kPadding);
  const Result<std::size_t> got =
      source_->read(std::span(buffer_).subspan(end_, buffer_.size() - kPadding - end_));
  if (!got.ok()) {
    is_failed_ = true;
    failed_ = failure(got.status().code(), got.status().text());
    return false;
  }
  end_ += *got;
  is_last_ = *got == 0;
  // The mark comes with the first bytes; one that comes in pieces is waited for.
  const auto mark = [&] {
    return std::string_view(buffer_.data(), std::min(end_, kByteOrderMark.size()));
  };
  if (is_first_ &&
      (is_last_ || mark() != kByteOrderMark.substr(0, end_) || end_ >= kByteOrderMark.size())) {
    is_first_ = false;
    if (mark() == kByteOrderMark) begin_ = kByteOrderMark.size();
  }
  return !is_last_;
}

Result<std::string_view> Feeder::peek() noexcept {
  while (!has_line({window().data(), window().size()}) && end_ - begin_ < kPeek) {
    FRESHET_TRY_ASSIGN(const bool has_more, refill());
    if (!has_more) break;
  }
  if (is_failed_ && end_ == begin_) return source_failed();
  return std::string_view(window().data(), window().size());
}

Status Feeder::start(LineReader& reader, PieceRing* pieces) noexcept {
  reader_ = &reader;
  pieces_ = pieces;
  Bad bad;
  while (true) {
    switch (reader.begin(window(), is_last_ || is_failed_, bad)) {
      case Begin::ready:
        return {};
      case Begin::failed:
        return failure(Code::invalid_argument, describe(bad, source_->name()), bad.column);
      case Begin::more:
        break;
    }
    FRESHET_TRY(refill());
  }
}

Result<bool> Feeder::next(ExampleBlock& out) noexcept {
  return pieces_ == nullptr ? next_here(out) : next_of_pieces(out);
}

Result<Read> Feeder::read(std::span<const char> window, bool last, ExampleBlock& out) noexcept {
  Bad bad[16];
  const Read done = reader_->read(window, last, out, bad);
  if (!out.empty()) bad_lines_.take_good();
  for (std::size_t k = 0; k < done.bad; ++k) {
    if (bad[k].is_fatal) return failure(Code::corrupt, describe(bad[k], source_->name()));
    FRESHET_TRY(bad_lines_.take(bad[k], source_->name()));
  }
  return done;
}

Result<bool> Feeder::next_here(ExampleBlock& out) noexcept {
  out.clear();
  while (!stop_.is_set()) {
    // A window ends where the longest line would: then a longer one is never whole.
    const std::size_t longest = reader_->longest_example(max_line_);
    const bool is_cut = end_ - begin_ > longest && end_ - begin_ - longest > 1;
    FRESHET_TRY_ASSIGN(const Read done, read(is_cut ? window().first(longest + 1) : window(),
                                             is_last_ && !whole_lines_ && !is_cut, out));
    begin_ += done.used;
    if (!out.empty()) return true;
    if (done.used != 0 || done.bad != 0) continue;
    if (end_ - begin_ > longest) {
      FRESHET_TRY(long_line());
      continue;
    }
    FRESHET_TRY_ASSIGN(const bool has_more, refill());
    if (has_more || (is_last_ && begin_ != end_ && !is_failed_ && !whole_lines_)) continue;
    if (stop_.is_set()) break;  // it is only cut off
    if (is_failed_) return source_failed();
    reader_->end();
    break;
  }
  return false;
}

Result<bool> Feeder::next_of_pieces(ExampleBlock& out) noexcept {
  while (!stop_.is_set()) {
    FRESHET_TRY(cut_ahead());
    if (pieces_->is_empty()) return next_here(out);
    PieceRing::Piece& piece = pieces_->oldest();
    FRESHET_TRY_ASSIGN(const bool has_some,
                       piece.needs_care ? read_with_care(piece, out) : take(piece, out));
    if (has_some) return true;
    pieces_->drop_oldest();
    taken_blocks_ = 0;
  }
  return false;
}

// The next block that a helper made of it. False: there is no more.
Result<bool> Feeder::take(PieceRing::Piece& piece, ExampleBlock& out) noexcept {
  if (taken_blocks_ == 0) {
    reader_->skip_lines(piece.lines);
    reader_->adopt(piece.counts, std::span(piece.blocks).first(piece.block_count));
  }
  if (taken_blocks_ == piece.block_count) return false;
  std::swap(out, piece.blocks[taken_blocks_++]);
  bad_lines_.take_good();
  return true;
}

Result<bool> Feeder::read_with_care(PieceRing::Piece& piece, ExampleBlock& out) noexcept {
  out.clear();
  while (out.empty() && piece.begin != piece.end) {
    FRESHET_TRY_ASSIGN(const Read done, read(piece.window(), false, out));
    piece.begin += done.used;
  }
  return !out.empty();
}

// Whole lines become pieces, as long as there is room and nothing has to be waited for.
Status Feeder::cut_ahead() noexcept {
  const std::size_t longest = reader_->longest_example(max_line_);
  while (!pieces_->is_full() && !is_last_ && !is_failed_ && end_ - begin_ <= longest &&
         buffer_.size() <= kLargestPiece + kPadding) {
    const std::size_t last_end = std::string_view(window().data(), window().size()).rfind('\n');
    if (last_end != std::string_view::npos) {
      hand_over(last_end + 1);
    } else {
      if (!pieces_->is_empty() && !source_->is_ready()) break;
      FRESHET_TRY(refill());
    }
  }
  return {};
}

// The first `size` bytes of the window as a piece, whose buffer takes what is behind them.
void Feeder::hand_over(std::size_t size) noexcept {
  if (pieces_->is_empty()) next_line_ = reader_->next_line();
  PieceRing::Piece& piece = pieces_->next();
  const char* cut = window().data() + size;
  piece.first_line = next_line_;
  next_line_ += count_lines(window().first(size));
  piece.text.resize(buffer_.size());
  const std::size_t rest = end_ - begin_ - size;
  std::memcpy(piece.text.data(), cut, rest);
  piece.text.swap(buffer_);
  piece.begin = begin_;
  piece.end = begin_ + size;
  begin_ = 0;
  end_ = rest;
  pieces_->hand_over();
}

// Bad lines are bad whatever is in them: found no end within max_line bytes.
Status Feeder::long_line() noexcept {
  Bad bad;
  bad.line = reader_->next_line();
  bad.column = static_cast<uint32_t>(max_line_) + 1;
  bad.reason = Reason::long_;
  bad.why = {Code::invalid_argument, "a line longer than --max-line"};
  FRESHET_TRY(bad_lines_.take(bad, source_->name()));
  reader_->skip_lines(1);
  while (!stop_.is_set()) {
    const void* line_end = std::memchr(window().data(), '\n', window().size());
    if (line_end != nullptr) {
      begin_ = static_cast<std::size_t>(static_cast<const char*>(line_end) - buffer_.data()) + 1;
      return {};
    }
    begin_ = end_ = 0;
    FRESHET_TRY_ASSIGN(const bool has_more, refill());
    if (!has_more) return {};
  }
  return {};
}

// What was before the failure has been read; a line that it cut off never is.
Status Feeder::source_failed() noexcept {
  std::string text(source_->name());
  const std::string_view why = failed_.text();
  if (!why.starts_with(text))
    text += ": ";
  else
    text.clear();
  text += why;
  if (reader_ != nullptr)
    text += "; the last whole line is " + std::to_string(reader_->next_line() - 1);
  return failure(failed_.code(), text);
}

}  // namespace freshet
