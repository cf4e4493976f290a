#pragma once
/// Vowpal Wabbit text for tests: a strict little loop over well-formed lines, so that the figures of learners don't depend on
/// the readers. `[label [weight [initial]]] ['tag]|name[:number] name[:number] ... |...`

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "freshet/base/hash.h"
#include "freshet/core/example_block.h"

namespace freshet {

namespace vw_text {

/// Splits at blanks.
inline std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;)
    all.push_back(word);
  return all;
}

/// "name:number" or "name": sets the number, returns the name.
inline std::string name_of(const std::string& word, float& number) {
  const std::size_t colon = word.find(':');
  number = colon == std::string::npos ? 1 : std::strtof(word.c_str() + colon + 1, nullptr);
  return word.substr(0, colon);
}

struct GroupOf {
  uint32_t key;
  std::vector<uint32_t> index;
  std::vector<float> value;
};

}  // namespace vw_text

/// One line. Zeros are left out; groups in order of their first feature.
inline ExampleBuffer read_vw_line(const std::string& line) {
  using namespace vw_text;
  ExampleBuffer x;
  std::size_t bar = line.find('|');
  std::vector<std::string> head = words(line.substr(0, bar));
  const bool has_tag = !head.empty() && (head.back()[0] == '\'' || line[bar - 1] != ' ');
  if (has_tag) head.pop_back();
  if (!head.empty()) x.label.push_back(std::strtof(head[0].c_str(), nullptr));
  if (head.size() > 1) x.weight = std::strtof(head[1].c_str(), nullptr);
  std::vector<GroupOf> groups;
  while (bar != std::string::npos) {
    const std::size_t next = line.find('|', bar + 1);
    const std::string section =
        line.substr(bar + 1, next == std::string::npos ? next : next - bar - 1);
    bar = next;
    std::vector<std::string> names = words(section);
    const bool is_named = !section.empty() && section[0] != ' ' && !names.empty();
    float scale = 1;
    const std::string name = is_named ? name_of(names[0], scale) : "";
    if (is_named) names.erase(names.begin());
    const uint32_t key = is_named ? static_cast<uint8_t>(name[0]) : 32;
    const uint32_t seed = is_named ? hash_name(name, 0) : 0;
    GroupOf* group = nullptr;
    for (const std::string& word : names) {
      float value = 1;
      const uint32_t index = hash_name(name_of(word, value), seed);
      if (value * scale == 0) continue;
      for (GroupOf& known : groups)
        if (known.key == key) group = &known;
      if (group == nullptr) group = &groups.emplace_back(GroupOf{key, {}, {}});
      group->index.push_back(index);
      group->value.push_back(value * scale);
    }
  }
  if (head.size() > 2)
    groups.push_back({256, {hash_name("initial", 0)}, {std::strtof(head[2].c_str(), nullptr)}});
  for (const GroupOf& group : groups) {
    const auto begin = static_cast<uint32_t>(x.index.size());
    x.index.insert(x.index.end(), group.index.begin(), group.index.end());
    x.value.insert(x.value.end(), group.value.begin(), group.value.end());
    x.groups.push_back({group.key, begin, static_cast<uint32_t>(x.index.size())});
  }
  return x;
}

/// A whole file; empty when it can't be read.
inline std::vector<ExampleBuffer> read_vw_text(const std::string& path) {
  std::vector<ExampleBuffer> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) all.push_back(read_vw_line(line));
  return all;
}

}  // namespace freshet
