#include "freshet/format/csv_records.h"

#include <algorithm>
#include <cstring>

#include "freshet/kernel/structural_scan.h"

namespace freshet {
namespace {

// Text, positions and rows of one window stay in the L1 and L2 caches.
constexpr std::size_t kWindow = 16384;
}  // namespace

void CsvRecords::open(std::span<const char> text, bool last) noexcept {
  text_ = text;
  last_ = last;
  at_ = record_ = 0;
  scanned_ = count_ = cursor_ = 0;
}

// Finds the structure of the next window.
void CsvRecords::scan() noexcept {
  window_ = at_;
  cursor_ = 0;
  for (std::size_t size = kWindow;; size *= 4) {
    const std::span<const char> window = text_.subspan(at_, std::min(size, text_.size() - at_));
    if (positions_.size() < window.size() + kernel::kScanSlack) {
      positions_.resize(window.size() + kernel::kScanSlack);
    }
    const kernel::Scan found =
        kernel::structural_scan(window, {delimiter_, '"', '\n', '\n'}, positions_);
    is_odd_ = found.odd;
    count_ = found.count;
    while (count_ != 0 && window[positions_[count_ - 1]] != '\n')
      --count_;
    if (count_ != 0) {
      scanned_ = at_ + positions_[count_ - 1] + 1;
      return;
    }
    if (window.size() == text_.size() - at_) {  // the last line, or not yet a whole one
      count_ = found.count;
      scanned_ = text_.size();
      return;
    }
  }
}

CsvRecords::Cut CsvRecords::next() noexcept {
  if (at_ == text_.size()) return Cut::more;
  if (at_ >= scanned_) scan();
  while (cursor_ != count_ && window_ + positions_[cursor_] < at_)
    ++cursor_;
  cells_.clear();
  unquoted_used_ = 0;
  record_ = at_;
  record_line_ = next_line_;
  return next_plain();
}

CsvRecords::Cut CsvRecords::next_plain() noexcept {
  const char* text = text_.data();
  std::size_t from = at_;
  for (; cursor_ != count_; ++cursor_) {
    const std::size_t to = window_ + positions_[cursor_];
    const char mark = text[to];
    if (mark != delimiter_ && mark != '\n') return next_careful();
    cells_.push_back({text + from, static_cast<uint32_t>(to - from), static_cast<uint32_t>(from)});
    from = to + 1;
    if (mark == '\n') {
      ++cursor_;
      return take_record(from);
    }
  }
  if (!last_) return Cut::more;
  cells_.push_back(
      {text + from, static_cast<uint32_t>(text_.size() - from), static_cast<uint32_t>(from)});
  return take_record(text_.size());
}

// The cells stand; `end` is behind the record.
CsvRecords::Cut CsvRecords::take_record(std::size_t end) noexcept {
  at_ = end;
  ++next_line_;
  Cell& cell = cells_.back();
  if (is_odd_) {
    if (cell.size != 0 && cell.begin[cell.size - 1] == '\r') --cell.size;
    const std::size_t stop = cell.at + std::size_t{cell.size};
    for (std::size_t k = record_; k < stop; ++k) {
      const auto byte = static_cast<unsigned char>(text_[k]);
      if (byte >= 0x20 || byte == '\t') continue;
      fail(Reason::control, "a control byte", k);
      return Cut::bad;
    }
  }
  return cells_.size() == 1 && cell.size == 0 ? Cut::blank : Cut::record;
}

// The record's first line is used up, the rest of the text is tried again: a lost quote may not eat
// the file.
CsvRecords::Piece CsvRecords::fail(Reason reason, const char* why, std::size_t where) noexcept {
  const void* line_end = std::memchr(text_.data() + record_, '\n', text_.size() - record_);
  if (line_end == nullptr && !last_) return Piece::more;  // a longer window ends the line elsewhere
  Cell place{};
  place.at = static_cast<uint32_t>(where);
  bad_ = {};
  bad_.line = line(place);
  bad_.column = column(place);
  bad_.reason = reason;
  bad_.why = {Code::invalid_argument, why, bad_.column};
  at_ = line_end == nullptr
            ? text_.size()
            : static_cast<std::size_t>(static_cast<const char*>(line_end) - text_.data()) + 1;
  next_line_ = record_line_ + 1;
  return Piece::bad;
}

CsvRecords::Cut CsvRecords::next_careful() noexcept {
  std::size_t at = at_;
  cells_.clear();
  while (true) {
    const bool is_quoted = at < text_.size() && text_[at] == '"';
    switch (is_quoted ? quoted_cell(at) : bare_cell(at)) {
      case Piece::cell:
        continue;
      case Piece::more:
        return Cut::more;
      case Piece::bad:
        return Cut::bad;
      case Piece::last_cell:
        break;
    }
    next_line_ +=
        static_cast<uint64_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(record_),
                                         text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    if (text_[at - 1] != '\n') ++next_line_;
    at_ = at;
    return cells_.size() == 1 && cells_[0].size == 0 && text_[record_] != '"' ? Cut::blank
                                                                              : Cut::record;
  }
}

CsvRecords::Piece CsvRecords::bare_cell(std::size_t& at) noexcept {
  const std::size_t begin = at;
  for (; at < text_.size(); ++at) {
    const char c = text_[at];
    if (c == delimiter_ || c == '\n') break;
    if (c == '"') {
      return fail(Reason::quote, "a quote inside a field that doesn't begin with one", at);
    }
    if (c == '\r' && at + 1 == text_.size() && !last_) return Piece::more;
    if (c == '\r' && (at + 1 == text_.size() || text_[at + 1] == '\n')) break;
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') {
      return fail(Reason::control, "a control byte", at);
    }
  }
  if (at == text_.size() && !last_) return Piece::more;
  cells_.push_back(
      {text_.data() + begin, static_cast<uint32_t>(at - begin), static_cast<uint32_t>(begin)});
  return behind_cell(at);
}

CsvRecords::Piece CsvRecords::quoted_cell(std::size_t& at) noexcept {
  const std::size_t begin = at++;
  std::string* pieces = nullptr;  // only where "" was met
  std::size_t from = at;
  while (true) {
    for (; at < text_.size() && text_[at] != '"'; ++at) {
      const auto byte = static_cast<unsigned char>(text_[at]);
      if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') {
        return fail(Reason::control, "a control byte", at);
      }
    }
    if (at + 1 >= text_.size() && !last_) return Piece::more;
    if (at == text_.size()) {
      return fail(Reason::quote, "a quote that is never closed", begin);
    }
    const bool is_doubled = at + 1 < text_.size() && text_[at + 1] == '"';
    if (!is_doubled && pieces == nullptr) break;
    if (pieces == nullptr) {
      if (unquoted_used_ == unquoted_.size()) unquoted_.emplace_back();
      pieces = &unquoted_[unquoted_used_++];
      pieces->clear();
    }
    pieces->append(text_.data() + from, at - from + is_doubled);
    if (!is_doubled) break;
    at += 2;
    from = at;
  }
  Cell cell{text_.data() + from, static_cast<uint32_t>(at - from), static_cast<uint32_t>(begin)};
  if (pieces != nullptr) {
    cell.size = static_cast<uint32_t>(pieces->size());
    pieces->append(8, '\0');  // numbers are read eight bytes at a time
    cell.begin = pieces->data();
  }
  cells_.push_back(cell);
  ++at;
  const bool ends = at == text_.size() || text_[at] == delimiter_ || text_[at] == '\n' ||
                    (text_[at] == '\r' && (at + 1 == text_.size() || text_[at + 1] == '\n'));
  if (!ends) {
    return fail(Reason::quote, "text behind a closing quote", at);
  }
  return behind_cell(at);
}

// At a separator, a line end, or the end of the text.
CsvRecords::Piece CsvRecords::behind_cell(std::size_t& at) noexcept {
  if (at < text_.size() && text_[at] == delimiter_) {
    ++at;
    return Piece::cell;
  }
  if (at < text_.size() && text_[at] == '\r') ++at;
  if (at == text_.size() && !last_) return Piece::more;
  if (at < text_.size()) ++at;
  return Piece::last_cell;
}

uint64_t CsvRecords::line(const Cell& cell) const noexcept {
  const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(record_);
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(cell.at);
  return record_line_ + static_cast<uint64_t>(std::count(begin, end, '\n'));
}

uint32_t CsvRecords::column(const Cell& cell) const noexcept {
  std::size_t begin = cell.at;
  while (begin > record_ && text_[begin - 1] != '\n')
    --begin;
  return static_cast<uint32_t>(cell.at - begin) + 1;
}

}  // namespace freshet
