#pragma once
/// Streams of plain numbers for tests: a strict little CSV loop (header, numbers, last column the label), so that the
/// figures of learners don't depend on the readers.

#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "freshet/core/example.h"

namespace freshet {

struct Stream {
  std::size_t width = 0;      // features
  std::vector<float> values;  // shape [rows, width]
  std::vector<float> labels;  // shape [rows]

  std::size_t size() const { return labels.size(); }
  Example operator[](std::size_t k) const {
    return {.dense = {values.data() + k * width, width}, .label = {labels.data() + k, 1}};
  }
};

/// The first `rows` rows of a CSV file; empty when it can't be read or a cell isn't a number.
inline Stream read_stream(const std::string& path, std::size_t rows = SIZE_MAX) {
  Stream stream;
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) return {};
  for (const char c : line)
    stream.width += c == ',';
  while (stream.size() < rows && std::getline(file, line)) {
    const char* at = line.c_str();
    for (std::size_t k = 0; k <= stream.width; k++) {
      char* end = nullptr;
      const float value = std::strtof(at, &end);
      if (end == at || (k < stream.width && *end != ',')) return {};
      (k < stream.width ? stream.values : stream.labels).push_back(value);
      at = end + 1;
    }
  }
  return stream;
}

}  // namespace freshet
